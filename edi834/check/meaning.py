"""What an 834 says, as people and coverages: so that two files can be held against each other in meaning.

Envelope, order, control numbers, delimiters, the cut into transaction sets, letter case and the spelling of numbers
mean nothing; a value at a place of the guide does, whoever wrote it. People are paired by the subscriber's number,
then by their own, then by name and birth date; what is left over is in one file alone.
How the differences are shown, and what is masked, is ``edi834/report/compare_report.py``'s.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from edi834.model import canonical
from edi834.x12 import GUIDE_005010X220A1, Guide, Interchange, Loop, Segment, SegmentDef, definition_of
from edi834.x12.guide import ElementDef
from edi834.x12.path import Path
from edi834.x12.segment import Repeated

__all__ = ["Comparison", "Difference", "Meaning", "Person", "compare", "meaning_of"]

_OF_THE_FILE_ALONE = frozenset({"BGN01", "BGN02", "BGN03", "BGN04", "BGN05", "BGN06", "DTP01", "DTP02", "DTP03"})
"""Elements of the header that name one file and nobody in it: numbers, moments."""
_COUNTS = frozenset({"QTY", "LX", "LS", "LE"})
"""Segments that count or number what stands beside them."""
_OPEN = frozenset({"INS01", "INS03", "HD01", "HD03", "BGN08"})
"""Elements whose codes say what is done, and nothing about anybody."""
_CONTACTS = ((3, 4), (5, 6), (7, 8))
_QUALIFIED = frozenset({"REF", "DTP", "AMT", "N1"})
"""Segments whose first element says what the others tell, and so belongs to the place."""
_THEMSELVES = "18"


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """One value at one place of the guide.

    Attributes:
      path: The place: ``2000/REF[1L]02``.
      value: The value in the form in which it is compared.
      text: As it stands in the file.
      name: What it is, in business words.
      is_open: Whether it may be shown to anybody.
    """

    path: str
    value: str
    text: str = field(compare=False, repr=False)
    name: str = field(compare=False)
    is_open: bool = field(compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What belongs together within a person: the person, or one coverage, with the facts in it.

    Attributes:
      kind: The loop's identifier.
      label: What it is called, without a value about anybody: ``coverage HLT``.
      facts: Its facts, each as often as it is reported.
      parts: The parts within it: coverages, providers, other insurance.
    """

    kind: str
    label: str
    facts: Counter[Fact] = field(repr=False)
    parts: tuple[Part, ...]

    def value(self, path: str) -> str:
        """The value at a place, '' where nothing is reported there."""
        return next((fact.value for fact in self.facts if fact.path == path), "")

    def every_fact(self) -> Iterator[Fact]:
        """Every fact of it and of the parts within it."""
        yield from self.facts.elements()
        for part in self.parts:
            yield from part.every_fact()


@dataclass(frozen=True, slots=True, eq=False)
class Person(Part):
    """One person reported.

    Attributes:
      number: Which of the file's, counted from 1: a reference that says nothing about anybody.
    """

    number: int = 0


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a file says: facts of the file itself, and the people in it."""

    facts: Counter[Fact]
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two files say differently.

    Attributes:
      a, b: The person's number in each file; 0 in both for a fact of the file itself.
      part: Which part of the person: ``person``, ``coverage HLT``.
      path: The place; '' where the whole person or part is in one file alone.
      name: What it is, in business words.
      old, new: The values in A and B; '' where there is none.
      is_open: Whether the values may be shown to anybody.
    """

    a: int
    b: int
    part: str
    path: str
    name: str
    old: str = field(repr=False)
    new: str = field(repr=False)
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two files, held against each other.

    Attributes:
      people: How many people are in A, in B, and in both.
      same: How many elements say the same in both.
      total: How many elements there are, those of both counted once.
      differences: What differs, in A's order.
    """

    people: tuple[int, int, int]
    same: int
    total: int
    differences: tuple[Difference, ...]

    @property
    def is_same(self) -> bool:
        """Whether the files mean the same."""
        return not self.differences


def meaning_of(interchanges: Iterable[Interchange], guide: Guide = GUIDE_005010X220A1) -> Meaning:
    """Read what interchanges say: people in the order in which they stand."""
    facts: Counter[Fact] = Counter()
    people: list[Person] = []
    for one in interchanges:
        for reported in one.transaction_sets():
            header = _part(reported.header, guide)
            # Every set says it again: cutting a file otherwise changes nothing.
            facts |= Counter(set(header.every_fact()))
            for loop in reported.members():
                part = _part(loop, guide)
                people.append(Person(part.kind, "person", part.facts, part.parts, len(people) + 1))
    return Meaning(facts, tuple(people))


def compare(a: Meaning, b: Meaning) -> Comparison:
    """Hold two files against each other."""
    found = _Found()
    _facts(Part("", "file", a.facts, ()), Part("", "file", b.facts, ()), found.at(0, 0))
    pairs, left, right = _paired(a.people, b.people)
    for one, other in pairs:
        _parts(one, other, found.at(one.number, other.number))
    for person in left:
        found.at(person.number, 0).alone(person, is_in_a=True)
    for person in right:
        found.at(0, person.number).alone(person, is_in_a=False)
    ordered = sorted(found.differences, key=lambda d: (d.a == 0 and d.b != 0, d.a, d.b))
    counted = (len(a.people), len(b.people), len(pairs))
    return Comparison(counted, found.same, found.same + found.different, tuple(ordered))


def _part(loop: Loop, guide: Guide) -> Part:
    definition = guide.loops.get(loop.id)
    facts: Counter[Fact] = Counter()
    for segment in loop.segments():
        if segment.id not in _COUNTS:
            use = definition_of(segment, definition) if definition else None
            facts.update(_facts_of(segment, loop.id, use))
    parts: list[Part] = []
    for child in loop.loops():
        inner = _part(child, guide)
        if _is_repeated(child.id, guide):
            parts.append(inner)
        else:  # a loop that stands once is a place, not a thing
            facts += inner.facts
            parts.extend(inner.parts)
    return Part(loop.id, _label(loop), facts, tuple(parts))


def _is_repeated(loop: str, guide: Guide) -> bool:
    definition = guide.loops.get(loop)
    return definition is not None and (definition.repeat is None or definition.repeat > 1)


def _label(loop: Loop) -> str:
    first = next(loop.segments(), None)
    if loop.id == "2300" and first is not None:
        return f"coverage {first.text(3)}".rstrip()
    name = GUIDE_005010X220A1.loops[loop.id].name if loop.id in GUIDE_005010X220A1.loops else loop.id
    return name.lower()


def _facts_of(segment: Segment, loop: str, use: SegmentDef | None) -> Iterator[Fact]:
    if segment.id == "PER":
        yield from _contacts(segment, loop, use)
        return
    qualifier = segment.text(1) if segment.id in _QUALIFIED else ""
    for n, value in enumerate(segment.elements, start=1):
        if f"{segment.id}{n:02}" in _OF_THE_FILE_ALONE and loop == "HEADER":
            continue
        if qualifier and n == 1 and len(segment.elements) > 1:
            continue  # it is in the place
        element = use.element(n) if use else None
        for component, text in _texts(value):
            known = element.components[component - 1] if element and element.components and component else element
            path = str(Path(loop, segment.id, qualifier, n, component))
            yield _fact(path, text, known, segment)


def _texts(value: str | tuple[str, ...] | Repeated) -> Iterator[tuple[int, str]]:
    for one in value.values if isinstance(value, Repeated) else (value,):
        parts = enumerate(one, start=1) if isinstance(one, tuple) else ((0, one),)
        yield from ((component, text) for component, text in parts if text)


def _contacts(segment: Segment, loop: str, use: SegmentDef | None) -> Iterator[Fact]:
    """Ways to reach somebody, each by its kind: which of the three places it stands at means nothing."""
    for kind, number in _CONTACTS:
        if segment.text(number):
            known = use.element(number) if use else None
            yield _fact(f"{loop}/PER[{segment.text(kind)}]", segment.text(number), known, segment)


def _fact(path: str, text: str, known: ElementDef | None, segment: Segment) -> Fact:
    name = known.name if known else segment.id
    return Fact(path, _comparable(text, known), text, name, known is not None and known.ref in _OPEN)


def _comparable(text: str, known: ElementDef | None) -> str:
    if known is not None and known.type in ("R", "N0"):
        try:
            return canonical(Decimal(text))
        except InvalidOperation:
            return canonical(text)
    return canonical(text)


class _Found:
    """The counts and differences so far."""

    def __init__(self) -> None:
        self.same = self.different = 0
        self.differences: list[Difference] = []
        self._numbers = (0, 0)

    def at(self, a: int, b: int) -> _Found:
        """Go on with these people."""
        self._numbers = (a, b)
        return self

    def differs(self, part: str, old: Fact | None, new: Fact | None) -> None:
        """Note two values of one place, or one that the other file does not have."""
        fact = old or new
        assert fact is not None
        self.different += 1
        texts = (old.text if old else "", new.text if new else "")
        self.differences.append(Difference(*self._numbers, part, fact.path, fact.name, *texts, fact.is_open))

    def alone(self, part: Part, *, is_in_a: bool) -> None:
        """Note a person or part that the other file does not have."""
        self.different += sum(1 for _ in part.every_fact())
        words = ("in A alone", "") if is_in_a else ("", "in B alone")
        self.differences.append(Difference(*self._numbers, part.label, "", part.label, *words, is_open=True))


def _parts(a: Part, b: Part, found: _Found) -> None:
    _facts(a, b, found)
    others: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for part in b.parts:
        others[part.kind, part.label].append(part)
    for part in a.parts:
        known = others[part.kind, part.label]
        if known:
            nearest = max(known, key=lambda other: _alike(part, other))
            known.remove(nearest)
            _parts(part, nearest, found)
        else:
            found.alone(part, is_in_a=True)
    for left in others.values():
        for part in left:
            found.alone(part, is_in_a=False)


def _facts(a: Part, b: Part, found: _Found) -> None:
    both = a.facts & b.facts
    found.same += both.total()
    new: dict[str, list[Fact]] = defaultdict(list)
    for fact in sorted((b.facts - both).elements()):
        new[fact.path].append(fact)
    for fact in sorted((a.facts - both).elements()):
        there = new[fact.path]
        found.differs(a.label, fact, there.pop(0) if there else None)
    for left in new.values():
        for fact in left:
            found.differs(a.label, None, fact)


def _alike(a: Part, b: Part) -> int:
    return (Counter(a.every_fact()) & Counter(b.every_fact())).total()


_Key = Callable[[Part], str | tuple[object, ...]]


def _subscriber(person: Part) -> str:
    return person.value("2000/REF[0F]02")


def _as_subscriber(person: Part) -> str:
    return _subscriber(person) if person.value("2000/INS02") == _THEMSELVES else ""


def _own_number(person: Part) -> str:
    return person.value("2100A/NM109")


def _name_and_birth(person: Part) -> str | tuple[object, ...]:
    names = tuple(person.value(f"2100A/NM1{n}") for n in ("03", "04"))
    return (*names, person.value("2100A/DMG02")) if all(names) else ""


def _paired(
    a: tuple[Person, ...], b: tuple[Person, ...]
) -> tuple[list[tuple[Person, Person]], list[Person], list[Person]]:
    """Pair people, the surest ways first; of several with one number, those that are reported most alike."""
    pairs: list[tuple[Person, Person]] = []
    left, right = ({person.number: person for person in people} for people in (a, b))
    sure: tuple[_Key, ...] = (
        lambda p: (_subscriber(p), _own_number(p), _name_and_birth(p)) if _own_number(p) else "",
        lambda p: (_subscriber(p), _name_and_birth(p)) if _subscriber(p) and _name_and_birth(p) else "",
        _as_subscriber,
        _own_number,
        _name_and_birth,
    )
    for key in sure:
        there: dict[str | tuple[object, ...], list[Person]] = defaultdict(list)
        for person in right.values():
            there[key(person)].append(person)
        for person in list(left.values()):
            candidates = there[key(person)] if key(person) else []
            if candidates:
                nearest = max(candidates, key=lambda other: _alike(person, other))
                candidates.remove(nearest)
                pairs.append((person, nearest))
                del left[person.number], right[nearest.number]
    return sorted(pairs, key=lambda pair: pair[0].number), [*left.values()], [*right.values()]
