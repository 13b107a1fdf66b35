"""Who breaks a carrier's rules: each rule asked of each header and each person of a transaction set.

A rule about what stands in a loop is asked of every occurrence of the loop; one that wants a loop itself, of every
occurrence of the loop around it. Nothing is remembered from one set to the next, and no value is repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from edi834.check.carrier.rule import CarrierRule, CarrierRules, Condition, Says
from edi834.check.fault import Fault
from edi834.check.reported import ReportedLoop, ReportedMember, ReportedSegment, ReportedSet
from edi834.x12 import GUIDE_005010X220A1, LoopDef, Path, Repeated

__all__ = ["check_carrier", "concerns", "is_of_people"]


def check_carrier(reported: ReportedSet, rules: CarrierRules) -> Iterator[Fault]:
    """Give every breach of a carrier's rules in one transaction set."""
    for rule in rules:
        if rule.says in (Says.ORDER, Says.ASCENDING):
            finds = _out_of_order if rule.says is Says.ORDER else _not_ascending
            places: Iterator[_Place] = finds(rule, reported)
        elif is_of_people(rule):
            places = (
                place for member in reported.members if concerns(rule, member) for place in _in(rule, member.loop)
            )
        else:
            places = _in(rule, reported.header)
        for number, path in places:
            yield Fault(rule.code, rule.message, number, path, rule.severity)


_Place = tuple[int, str]
"""The number of a segment, and an address."""


@cache
def _of_people() -> frozenset[str]:
    """The loops that stand within a person."""
    return frozenset(loop.id for loop in GUIDE_005010X220A1.loops["2000"].walk())


def is_of_people(rule: CarrierRule) -> bool:
    """Whether a rule is asked of people, and not of the header."""
    return rule.at.loop in _of_people()


@cache
def _around(loop: str) -> str:
    """The loop directly around another."""
    found = (one.id for one in GUIDE_005010X220A1.loops.values() for child in one.children
             if isinstance(child, LoopDef) and child.id == loop)  # fmt: skip
    return next(found, loop)


def concerns(rule: CarrierRule, member: ReportedMember) -> bool:
    """Whether a rule is about this person: it may be about subscribers or dependents alone."""
    return rule.only in ("", "subscriber" if member.is_subscriber else "dependent")


def _in(rule: CarrierRule, whole: ReportedLoop) -> Iterator[_Place]:
    """The breaches in one header or one person."""
    wants_loops = not rule.at.segment and rule.says in (Says.REQUIRED, Says.MOST)
    scope = _around(rule.at.loop) if wants_loops else rule.at.loop
    for loop in whole.walk():
        if loop.id == scope and _applies(rule.when, loop, whole):
            yield from _loops(rule, loop) if wants_loops else _breaches(rule, loop)


def _applies(when: Condition | None, loop: ReportedLoop, whole: ReportedLoop) -> bool:
    if when is None:
        return True
    within = (loop,) if when.at.loop == loop.id else tuple(one for one in whole.walk() if one.id == when.at.loop)
    reported = (segment for one in within for segment in _segments(when.at, one))
    return any(value in when.values for segment in reported for value in _values(segment, when.at))


def _loops(rule: CarrierRule, around: ReportedLoop) -> Iterator[_Place]:
    inner = list(around.inner(rule.at.loop))
    if rule.says is Says.REQUIRED and not inner:
        yield _first(around), rule.at.loop
    elif rule.says is Says.MOST and len(inner) > rule.most:
        yield _first(inner[rule.most]), rule.at.loop


def _breaches(rule: CarrierRule, loop: ReportedLoop) -> Iterator[_Place]:
    """The breaches in one occurrence of the rule's loop."""
    if not rule.at.segment:
        if rule.says is Says.NOT_SENT:
            yield _first(loop), rule.at.loop
        elif rule.says is Says.UPPER_CASE:
            yield from ((one.number, one.path()) for one in loop.segments if _has_small_letters(one))
        return
    found = list(_segments(rule.at, loop))
    reported = [one for one in found if not rule.at.element or any(_values(one, rule.at))]
    if rule.says is Says.REQUIRED:
        if not reported:
            yield (found[0].number if found else _first(loop)), str(rule.at)
    elif rule.says is Says.NOT_SENT:
        yield from ((one.number, one.path(rule.at.element)) for one in reported)
    elif rule.says is Says.MOST:
        yield from ((one.number, one.path()) for one in found[rule.most :])
    else:
        yield from ((one.number, one.path(rule.at.element)) for one in reported if _is_wrong(rule, one))


def _is_wrong(rule: CarrierRule, segment: ReportedSegment) -> bool:
    if rule.says is Says.UPPER_CASE and not rule.at.element:
        return _has_small_letters(segment)
    return any(_is_wrong_value(rule, value) for value in _values(segment, rule.at) if value)


def _is_wrong_value(rule: CarrierRule, value: str) -> bool:
    match rule.says:
        case Says.ALLOWED:
            return value not in rule.values
        case Says.LENGTH:
            return not rule.least <= len(value) <= (rule.most or len(value))
        case Says.SHAPE:
            return rule.shape is None or rule.shape.fullmatch(value) is None
        case _:
            return value != value.upper()


def _has_small_letters(segment: ReportedSegment) -> bool:
    return any(text != text.upper() for n in range(1, len(segment.segment.elements) + 1) for text in _texts(segment, n))


def _segments(at: Path, loop: ReportedLoop) -> Iterator[ReportedSegment]:
    return loop.all(at.segment, *((at.qualifier,) if at.qualifier else ()))


def _values(segment: ReportedSegment, at: Path) -> tuple[str, ...]:
    """What stands at an address of a segment: every repetition, of a composite the component that is meant."""
    return _texts(segment, at.element, at.component) if at.element else (segment.id,)


def _texts(segment: ReportedSegment, n: int, component: int = 0) -> tuple[str, ...]:
    value = segment.segment.element(n)
    texts: list[str] = []
    for one in value.values if isinstance(value, Repeated) else (value,):
        parts = one if isinstance(one, tuple) else (one,)
        texts += parts[component - 1 : component] if component else parts
    return tuple(texts)


def _first(loop: ReportedLoop) -> int:
    """The number of the first segment of a loop."""
    return min((one.number for inner in loop.walk() for one in inner.segments), default=0)


def _out_of_order(rule: CarrierRule, reported: ReportedSet) -> Iterator[_Place]:
    """People of one family and one INS03, each of whom stands no earlier than those named before.

    Whoever ends stands before whoever is added, of all relationships: the order is that of each kind.
    """
    ranks = {value: n for n, value in enumerate(rule.values)}
    for before, member in pairwise(reported.members):
        is_alike = member.subscriber_id == before.subscriber_id and member.action == before.action
        if member.subscriber_id and is_alike:
            first, second = (ranks.get(_reported(rule.at, one), len(ranks)) for one in (before, member))
            if second < first:
                yield member.ins.number, str(rule.at)


def _not_ascending(rule: CarrierRule, reported: ReportedSet) -> Iterator[_Place]:
    chosen = [member for member in reported.members if concerns(rule, member)]
    for before, member in pairwise(chosen):
        if _reported(rule.at, member) < _reported(rule.at, before):
            yield member.ins.number, str(rule.at)


def _reported(at: Path, member: ReportedMember) -> str:
    """What one person is reported with at an address; "" where with nothing."""
    found = (value for loop in member.loop.walk() if loop.id == at.loop for segment in _segments(at, loop)
             for value in _values(segment, at))  # fmt: skip
    return next(found, "")
