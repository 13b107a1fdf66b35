"""Places of a wide record: which dependent and which span stands in which of its repeated groups of fields.

A wide record tells a person, or a whole family, at once, so it tells what stands beside what changed: a carrier puts
it in place of the record it has. What has no place is an error and never left out in silence.
How the places are written in a layout is ``fields.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from edi834.book.statement import Action, CoverageStatement, FamilyStatement, MemberStatement
from edi834.grants import ReleasedCoverage, ReleasedMember
from edi834.mapping.document import FileScope
from edi834.mapping.language import Scope
from edi834.mapping.scopes import Surroundings, coverage_scopes
from edi834.model import Finding, MemberRef, Severity

__all__ = ["OWN", "Places", "Slot", "places_of", "standing_statement", "with_standing_spans"]

_ENDINGS = frozenset({Action.END, Action.DELETE})


@dataclass(frozen=True, slots=True)
class Slot:
    """For whom one field of a record stands.

    Attributes:
      dependent: Which of the subscriber's dependents, counted from 1; 0 is the record's own person.
      coverage: Which of that person's spans, counted from 1; 0 where the field speaks of no span.
      benefit: The benefit whose span it is, where the place is one benefit's.
    """

    dependent: int = 0
    coverage: int = 0
    benefit: str = ""

    @property
    def is_of_span(self) -> bool:
        """Whether the field speaks of a span."""
        return bool(self.coverage or self.benefit)


OWN = Slot()
"""The record's own person."""


@dataclass(frozen=True, slots=True)
class Places:
    """What is seen in each place of one record.

    Attributes:
      scopes: By place, what its expressions see; None where nobody stands there.
      reported: Whoever is reported in the record, or has no place and is spoken of in the findings.
      findings: What has no place.
    """

    scopes: dict[Slot, Scope | None]
    reported: frozenset[MemberRef]
    findings: tuple[Finding, ...]


def places_of(
    slots: Sequence[Slot],
    around: Surroundings,
    scope: Scope,
    family: FamilyStatement,
    statement: MemberStatement,
    *,
    spans_elsewhere: bool = False,
) -> Places:
    """Say who stands where in a wide record of one person.

    Args:
      slots: The record's places.
      around: What is the same for everybody in the file.
      scope: What is seen of the file.
      family: The family.
      statement: What is reported the record's own person.
      spans_elsewhere: Whether other records tell of spans, so that one without a place here is reported there.
    """
    wanted = dict.fromkeys(slots)
    people: dict[int, MemberStatement] = {0: statement}
    findings: list[Finding] = []
    most = max(slot.dependent for slot in wanted)
    reported = {statement.member.ref}
    if most:
        dependents = list(_dependents(family, around))
        reported |= {person.member.ref for person in dependents}
        people |= dict(enumerate(dependents[:most], start=1))
        if len(dependents) > most:
            message = f"the family has {len(dependents)} dependents, and the record has {most} places for them"
            findings.append(Finding("E834-1136", Severity.ERROR, message, about=family.target.ref))
    scopes: dict[Slot, Scope | None] = dict.fromkeys(wanted)
    for number, person in people.items():
        own = [slot for slot in wanted if slot.dependent == number]
        seen = around.member_scope(scope, family, person)
        scopes |= {slot: seen for slot in own if not slot.is_of_span}
        if any(slot.is_of_span for slot in own):
            placed, lacking = _spans(own, around, person, spans_elsewhere=spans_elsewhere)
            findings += lacking
            for slot, span in placed.items():
                scopes[slot] = next(s for _, s in coverage_scopes(seen, replace(person, coverages=(span,))))
    return Places(scopes, frozenset(reported), tuple(findings))


def standing_statement(member: ReleasedMember) -> MemberStatement:
    """Give a statement that tells only how a person stands."""
    return MemberStatement(Action.AUDIT, None, member, member, None, (), ())


def with_standing_spans(statement: MemberStatement, around: Surroundings) -> MemberStatement:
    """Give the statement as a layout must tell it whose records of spans hold the person's own fields too.

    Where no span is reported, or the person's own fields changed, the spans that stand are reported again: a change of
    name that reached one span's record and not the other's would leave the recipient with two names.
    """
    reported = statement.reported
    if statement.coverages and (reported is None or reported.values == statement.member.values):
        return statement
    known = [c.coverage for c in statement.coverages]
    standing = [c for c in _standing(statement, around) if c not in known]
    alone = not statement.coverages
    action = statement.action if alone or statement.action is Action.AUDIT else Action.CHANGE
    day = statement.effective if alone and statement.ends_member else None
    again = [CoverageStatement(action, c, c, c.begin, c.end or day) for c in standing]
    return replace(statement, coverages=(*statement.coverages, *again))


def _standing(statement: MemberStatement, around: Surroundings) -> Iterable[ReleasedCoverage]:
    held = statement.member.coverages
    before = statement.reported.coverages if statement.reported else ()
    changed = [c for c in held if c not in before]
    running = _running(statement, around)
    if statement.coverages:
        return running
    return changed or running or held[-1:]


def _running(statement: MemberStatement, around: Surroundings) -> list[ReleasedCoverage]:
    return [c for c in statement.member.coverages if c.end is None or c.end >= around.facts.as_of]


def _dependents(family: FamilyStatement, around: Surroundings) -> Iterator[MemberStatement]:
    """The family's dependents by member id: those who are reported, and those who stand covered beside them.

    The record takes the place of the one before, so whoever is stated as they stand, and is over, is reported as ended.
    """
    reported = {m.member.ref: _ended(m, around) for m in family.members if not m.member.ref.is_subscriber}
    standing = [
        standing_statement(member)
        for member in family.target.members
        if not member.ref.is_subscriber and member.ref not in reported
    ]
    beside = [statement for statement in standing if _running(statement, around)]
    yield from sorted((*reported.values(), *beside), key=lambda statement: statement.member.ref.member_id)


def _ended(statement: MemberStatement, around: Surroundings) -> MemberStatement:
    if not statement.coverages or not all(_is_over(span, around) for span in statement.coverages):
        return statement
    ended = tuple(replace(span, action=Action.END) for span in statement.coverages)
    return replace(statement, action=Action.END, coverages=ended)


def _gives_way(span: CoverageStatement, own: Sequence[CoverageStatement], around: Surroundings) -> bool:
    """Whether a span that is reported otherwise than as ending has an end, and another takes its place.

    In a file of changes it does as an ending does; in a full one, what still covers keeps its place.
    """
    if span.end is None or (around.facts.scope is not FileScope.CHANGES and span.end >= around.facts.as_of):
        return False
    return any(span.begin < other.begin and (other.end is None or other.begin < other.end) for other in own)


def _is_over(span: CoverageStatement, around: Surroundings) -> bool:
    """Whether a span is stated as it stands, and ended before the file's day."""
    return span.action is Action.AUDIT and span.end is not None and span.end < around.facts.as_of


def _spans(
    slots: Sequence[Slot], around: Surroundings, statement: MemberStatement, *, spans_elsewhere: bool
) -> tuple[dict[Slot, CoverageStatement], list[Finding]]:
    """The span of each place, and what has none.

    A benefit's place holds the span that goes on; an ending gives way to it, as it does in the carrier's own record.
    """
    reported = {(span.coverage.benefit, span.begin, span.coverage.plan_code) for span in statement.coverages}
    day = statement.effective if statement.ends_member else None
    action = statement.action if statement.ends_member else Action.AUDIT
    beside = [
        CoverageStatement(action, c, c, c.begin, c.end or day)
        for c in _running(statement, around)
        if (c.benefit, c.begin, c.plan_code) not in reported
    ]
    spans = sorted((*statement.coverages, *beside), key=lambda s: (s.coverage.benefit, s.begin, s.coverage.plan_code))
    placed: dict[Slot, CoverageStatement] = {}
    lacking: list[str] = []
    named = {slot.benefit for slot in slots if slot.benefit}
    for slot in (slot for slot in slots if slot.benefit):
        own = [span for span in spans if span.coverage.benefit == slot.benefit]
        going_on = [span for span in own if span.action not in _ENDINGS and not _gives_way(span, own, around)]
        if len(going_on) > 1:
            lacking.append(f"{len(going_on)} spans of {slot.benefit} and one place for them")
        if own:
            placed[slot] = (going_on or own)[-1]
    rest = [span for span in spans if span.coverage.benefit not in named]
    numbered = [slot for slot in slots if slot.coverage]
    placed |= dict(zip(numbered, rest, strict=False))
    if len(rest) > len(numbered) and not spans_elsewhere:
        benefits = ", ".join(sorted({span.coverage.benefit for span in rest[len(numbered) :]}))
        lacking.append(f"coverage that the record has no place for: {benefits}")
    about = statement.member.ref
    return placed, [Finding("E834-1136", Severity.ERROR, f"the person has {what}", about=about) for what in lacking]
