"""Two accounts held against each other: whether two files, of whatever forms, say the same of the same people.

Only what both forms carry is compared, and a place that is not always filled says nothing by its silence; a span that a
form only restates is no news. People are paired by the surest numbers that both files tell, then by what agrees most.
What a file says is read by ``facts.py``; how differences are shown is ``edi834/report``'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from edi834.check.facts import Account, PersonFacts
from edi834.mapping.language.inverse import Meant, agree

__all__ = ["FactComparison", "FactDifference", "agreeing", "compare_accounts", "once_each", "paired", "spans_paired"]

Facts = Mapping[str, Meant]
_ALIKE = {"coverage.effective_date": "span.begin", "coverage.end_date": "span.end"}
"""The day as the source has it and as it is reported: one fact, where a form tells only one of the two."""
_OPEN = frozenset({"change.action", "change.reason", "span.action", "coverage.benefit", "member.relationship"})
_SUBSCRIBER = "subscriber.member_id"
_SUREST: tuple[tuple[str, ...], ...] = (
    (_SUBSCRIBER, "member.member_id"),
    ("member.member_id",),
    (_SUBSCRIBER, "member.ssn"),
    (_SUBSCRIBER, "member.first_name", "member.last_name", "member.birth_date"),
    (_SUBSCRIBER, "member.first_name", "member.last_name"),
    (_SUBSCRIBER, "member.first_name+member.last_name"),
    (_SUBSCRIBER, "member.first_name"),
    ("member.ssn",),
    ("member.first_name", "member.last_name", "member.birth_date"),
)


@dataclass(frozen=True, slots=True)
class FactDifference:
    """One fact that the two files say differently.

    Attributes:
      a, b: The person's number in each file, 0 where the file does not tell of them.
      name: The fact's name; of a whole person ``person``, of a whole span ``span``.
      benefit: The benefit concerned, empty where none is.
      old, new: What A and B say.
      is_open: Whether the values may be shown to anybody.
    """

    a: int
    b: int
    name: str
    benefit: str
    old: str = field(repr=False)
    new: str = field(repr=False)
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class FactComparison:
    """Two accounts, held against each other.

    Attributes:
      people: How many people are in A, in B, and in both.
      compared: The names that both forms carry.
      only_a, only_b: The names that one form alone carries: nothing is said about them.
      same: How many facts agree.
      differences: What differs, in A's order.
    """

    people: tuple[int, int, int]
    compared: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    same: int
    differences: tuple[FactDifference, ...]

    @property
    def is_same(self) -> bool:
        """Whether the files say the same, as far as both speak."""
        return not self.differences


@dataclass
class _Seen:
    """The counts and differences so far."""

    names: Mapping[str, tuple[bool, bool]]
    restates: tuple[bool, bool]
    same: int = 0
    differences: list[FactDifference] = field(default_factory=list)


def compare_accounts(a: Account, b: Account) -> FactComparison:
    """Hold two accounts against each other."""
    left, right = _alike(a, b), _alike(b, a)
    names = {n: (left.carries[n], right.carries[n]) for n in sorted(left.carries.keys() & right.carries.keys())}
    seen = _Seen(names, (a.restates, b.restates))
    people = (once_each(left.people, names), once_each(right.people, names))
    pairs, only_a, only_b = paired(people[0], people[1], names)
    for one, other in pairs:
        _person(one, other, seen)
    seen.differences += (FactDifference(p.number, 0, "person", "", "in A alone", "", is_open=True) for p in only_a)
    seen.differences += (FactDifference(0, p.number, "person", "", "", "in B alone", is_open=True) for p in only_b)
    return FactComparison(
        (len(people[0]), len(people[1]), len(pairs)),
        tuple(names),
        tuple(sorted(left.carries.keys() - names.keys())),
        tuple(sorted(right.carries.keys() - names.keys())),
        seen.same,
        tuple(seen.differences),
    )


def paired(
    a: Iterable[PersonFacts], b: Iterable[PersonFacts], names: Iterable[str]
) -> tuple[list[tuple[PersonFacts, PersonFacts]], list[PersonFacts], list[PersonFacts]]:
    """Pair people by the surest facts that both tell; of several, those that agree most; last, within the family."""
    known = set(names)
    left, right = ({p.number: p for p in people} for people in (a, b))
    pairs: list[tuple[PersonFacts, PersonFacts]] = []
    for key in (*_SUREST, (_SUBSCRIBER,)):
        if not known.issuperset(key):
            continue
        there: dict[tuple[Meant, ...], list[PersonFacts]] = defaultdict(list)
        for person in right.values():
            there[_key(person, key)].append(person)
        for person in list(left.values()):
            candidates = there[_key(person, key)] if _key(person, key) else []
            if key == (_SUBSCRIBER,):
                candidates = [c for c in candidates if not _speaks_against(person, c, known)]
            if candidates:
                nearest = max(candidates, key=lambda other: agreeing(person.facts, other.facts, known))
                there[_key(person, key)].remove(nearest)
                pairs.append((person, nearest))
                del left[person.number], right[nearest.number]
    return sorted(pairs, key=lambda pair: pair[0].number), [*left.values()], [*right.values()]


def once_each(people: Iterable[PersonFacts], names: Iterable[str]) -> tuple[PersonFacts, ...]:
    """People who are reported several times, by the surest of these names, as one each: what was done is all of it."""
    known = set(names)
    family = {_SUBSCRIBER} & known  # where families are reported, somebody in two of them is reported in each
    keys = [key for key in _SUREST if known.issuperset(key) and family <= {*key}]
    found: dict[int, PersonFacts] = {}
    seen: dict[tuple[object, ...], int] = {}
    for person in people:
        own = [(key, values) for key in keys if (values := _key(person, key))]
        at = next((seen[one] for one in own if one in seen), person.number)
        found[at] = found[at].joined(person) if at in found else person
        seen.update(dict.fromkeys(own, at))
    return tuple(found.values())


def agreeing(one: Facts, other: Facts, names: Iterable[str]) -> int:
    """How many facts of these names agree, less those that do not."""
    both = [n for n in names if n in one and n in other]
    return sum(1 if agree(one[n], other[n]) else -1 for n in both)


def spans_paired(
    a: Iterable[Facts], b: Iterable[Facts], names: Iterable[str]
) -> Iterator[tuple[Facts | None, Facts | None]]:
    """Pair the spans of one person: those of one benefit that agree most; what is left over stands alone."""
    rest, known = list(b), set(names)
    waiting = list(a)
    scored = sorted(
        ((agreeing(one, other, known), i, j) for i, one in enumerate(waiting) for j, other in enumerate(rest)
         if _one_benefit(one, other, known)),
        key=lambda s: (-s[0], s[1], s[2]),
    )  # fmt: skip
    taken_a: dict[int, int] = {}
    taken_b: set[int] = set()
    for _, i, j in scored:
        if i not in taken_a and j not in taken_b:
            taken_a[i] = j
            taken_b.add(j)
    for i, one in enumerate(waiting):
        yield one, rest[taken_a[i]] if i in taken_a else None
    yield from ((None, other) for j, other in enumerate(rest) if j not in taken_b)


def _alike(account: Account, other: Account) -> Account:
    """The account with each day under the name that the other form uses, where it carries only one of the two."""
    renamed = {
        source: reported
        for source, reported in _ALIKE.items()
        if source in account.carries and reported not in account.carries and source not in other.carries
    }
    joined = {
        name: parts
        for name in other.carries.keys() - account.carries.keys()
        if len(parts := name.split("+")) > 1 and account.carries.keys() >= {*parts}
    }
    if not renamed and not joined:
        return account
    carries = {renamed.get(n, n): sure for n, sure in account.carries.items()} | dict.fromkeys(joined, False)
    people = tuple(
        PersonFacts(
            p.number,
            {**p.facts, **dict(_together(p.facts, joined))},
            tuple({renamed.get(n, n): m for n, m in span.items()} for span in p.spans),
        )
        for p in account.people
    )
    return Account(carries, account.restates, people)


def _together(facts: Facts, joined: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Names that the other form tells in one place: reported here by parts, they are put together."""
    for name, parts in joined.items():
        texts = [meant for part in parts if isinstance(meant := facts.get(part, ""), str) and not meant.endswith("*")]
        if len(texts) == len(parts) and any(texts):
            yield name, "".join(texts)


def _key(person: PersonFacts, names: tuple[str, ...]) -> tuple[Meant, ...]:
    values = tuple(person.facts.get(name, "") for name in names)
    return values if all(v and isinstance(v, str) and not v.endswith("*") for v in values) else ()


def _speaks_against(one: PersonFacts, other: PersonFacts, names: Iterable[str]) -> bool:
    """Whether two of one family are plainly two people: what both tell of them disagrees as much as it agrees."""
    return agreeing(one.facts, other.facts, (n for n in names if n.startswith("member."))) < 0


def _person(a: PersonFacts, b: PersonFacts, seen: _Seen) -> None:
    of_person = {n: sure for n, sure in seen.names.items() if not n.startswith(("span.", "coverage."))}
    _facts(a, b, (a.facts, b.facts), of_person, "", seen)
    of_span = {n: sure for n, sure in seen.names.items() if n not in of_person}
    # A name of the coverage may stand once for the person: then it speaks of one of the spans.
    once = {n for p in (a, b) for n in p.facts if n.startswith("coverage.")}
    for name in sorted(once & of_span.keys()):
        values = [[p.facts[name]] if name in p.facts else [s[name] for s in p.spans if name in s] for p in (a, b)]
        if all(values) and not any(agree(x, y) for x in values[0] for y in values[1]):
            _differs(a, b, name, "", values[0][0], values[1][0], seen)
    of_span = {n: sure for n, sure in of_span.items() if n not in once}
    for one, other in spans_paired(a.spans, b.spans, of_span):
        if one is not None and other is not None:
            _facts(a, b, (one, other), of_span, _benefit(one, other), seen)
        elif not (seen.restates[0] if one is not None else seen.restates[1]):
            words = ("in A alone", "") if one is not None else ("", "in B alone")
            seen.differences.append(
                FactDifference(a.number, b.number, "span", _benefit(one or {}, other or {}), *words, is_open=True)
            )


def _facts(
    a: PersonFacts,
    b: PersonFacts,
    reported: tuple[Facts, Facts],
    names: Mapping[str, tuple[bool, bool]],
    benefit: str,
    seen: _Seen,
) -> None:
    for name, (is_sure_a, is_sure_b) in names.items():
        old, new = reported[0].get(name), reported[1].get(name)
        if old is not None and new is not None:
            if agree(old, new):
                seen.same += 1
            else:
                _differs(a, b, name, benefit, old, new, seen)
        elif (old is not None and is_sure_b) or (new is not None and is_sure_a):
            _differs(a, b, name, benefit, old or "", new or "", seen)


def _differs(a: PersonFacts, b: PersonFacts, name: str, benefit: str, old: Meant, new: Meant, seen: _Seen) -> None:
    seen.differences.append(
        FactDifference(a.number, b.number, name, benefit, _shown(old), _shown(new), is_open=name in _OPEN)
    )


def _benefit(one: Facts, other: Facts) -> str:
    meant = one.get("coverage.benefit") or other.get("coverage.benefit") or ""
    return _shown(meant)


def _shown(meant: Meant) -> str:
    return meant if isinstance(meant, str) else " or ".join(sorted(meant))


def _one_benefit(one: Facts, other: Facts, names: set[str]) -> bool:
    """Whether two spans may be one: of one benefit and, as far as both say, with the same thing done to them."""
    firm: Callable[[str], bool] = lambda n: n in names and n in one and n in other and not agree(one[n], other[n])  # noqa: E731
    return not firm("coverage.benefit") and not firm("span.action")
