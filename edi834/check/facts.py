"""What a file says as facts about people, whatever its form: an 834, a flat file or a worklist, read by its mapping.

A fact is a name of the mapping language (``member.last_name``, ``span.begin``, ``change.action``) with what the text
means; envelope, order, spelling and the cut into sets and records mean nothing. Which facts a form carries follows from
its mapping, and is part of what is read, so that nobody takes silence for a word.
Holding two files against each other is ``same_facts.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from edi834.check.meaning import Part, meaning_of
from edi834.flat import FlatField, FlatReading, Level, Overflow
from edi834.mapping import CompiledMapping, CompiledWorklist, code_tables
from edi834.mapping.flat_spec import CompiledFlat
from edi834.mapping.language.inverse import Carried, Meant, agree, inverse, plain
from edi834.mapping.paper import WorkItem, WorkLine, Worklist
from edi834.x12 import Interchange

__all__ = ["Account", "PersonFacts", "Wording", "flat_wording", "worklist_wording", "x12_wording"]

Facts = Mapping[str, Meant]
_OF_A_SPAN = ("coverage.", "span.")
_NEITHER = ("file.", "group.", "feed.", "carrier.", "other_insurance.")
"""What stands around the people, and what is reported of other insurers: no fact of a member or a coverage."""
_REPORTED_BY_EVERY_LIST = {"member.member_id": True, "subscriber.member_id": True, "change.reason": False}
_MASKED = "***"
_WHOLE_NAME = "member.first_name+member.last_name"


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What a file says of one person.

    Attributes:
      number: Which of the file's, counted from 1: a reference that says nothing about anybody.
      facts: What is said of the person, by name.
      spans: What is said of each span.
    """

    number: int
    facts: Facts = field(repr=False)
    spans: tuple[Facts, ...] = field(repr=False)

    def joined(self, other: PersonFacts) -> PersonFacts:
        """The same person reported twice, as one: where the two differ, both are said."""
        both = {**other.facts, **self.facts}
        for name in self.facts.keys() & other.facts.keys():
            if self.facts[name] != other.facts[name]:
                both[name] = _words(self.facts[name]) | _words(other.facts[name])
        return replace(self, facts=both, spans=(*self.spans, *other.spans))


@dataclass(frozen=True, slots=True)
class Account:
    """What a file says.

    Attributes:
      carries: The names of which the form tells; True where an empty place says that there is nothing.
      restates: Whether spans are reported again only because their record holds what changed about the person.
      people: The people it tells of.
    """

    carries: Mapping[str, bool]
    restates: bool
    people: tuple[PersonFacts, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """A mapping read backwards: which facts each of its places tells.

    Attributes:
      places: By the place of the form, what it tells.
      restates: As in :class:`Account`.
    """

    places: Mapping[str, Carried]
    restates: bool = False

    @property
    def carries(self) -> dict[str, bool]:
        """The names it tells of: surely where any of its places does."""
        names: dict[str, bool] = {}
        for one in self.places.values():
            names[one.name] = names.get(one.name, False) or one.is_sure
        return names

    def facts(self, texts: Iterable[tuple[str, str]]) -> dict[str, Meant]:
        """What the texts at these places say."""
        reported: dict[str, Meant] = {}
        for place, text in texts:
            carried = self.places.get(place)
            meant = carried.read(text) if carried is not None and text else None
            if carried is not None and meant is not None:
                reported.setdefault(carried.name, meant)
        return reported

    def read_x12(self, interchanges: Iterable[Interchange]) -> Account:
        """Read an 834 by this wording, which is an 834's."""
        people = (
            _subscribed(PersonFacts(person.number, self._of_part(person), tuple(map(self._of_part, _spans(person)))))
            for person in meaning_of(interchanges).people
        )
        return Account(self.carries, self.restates, tuple(people))

    def read_flat(self, reading: FlatReading, compiled: CompiledFlat) -> Account:
        """Read a flat file by this wording, which is its layout's."""
        people: list[PersonFacts] = []
        for record in reading.records:
            kind = compiled.layout.record_type(record.type)
            if not kind.level.is_detail:
                continue
            reported = self.facts(
                (f"{kind.name}/{one.name}", _cut(one, text))
                for one, text in zip(kind.fields, record.values, strict=True)
            )
            person = {name: meant for name, meant in reported.items() if not name.startswith(_OF_A_SPAN)}
            span = {name: meant for name, meant in reported.items() if name.startswith(_OF_A_SPAN)}
            if kind.level is Level.COVERAGE and people:
                people[-1] = replace(people[-1], spans=(*people[-1].spans, span))
            else:
                spans = (span,) if kind.level is Level.PERSON_COVERAGE else ()
                people.append(PersonFacts(len(people) + 1, person, spans))
        return Account(self.carries, self.restates, _alike_once(people))

    def read_worklist(self, worklist: Worklist) -> Account:
        """Read a worklist by this wording, which is its mapping's."""
        lines = ((item, line) for item in worklist.items for line in item.lines)
        people = (self._of_line(n, item, line) for n, (item, line) in enumerate(lines, start=1))
        return Account({**_REPORTED_BY_EVERY_LIST, **self.carries}, self.restates, tuple(people))

    def _of_part(self, part: Part) -> Facts:
        """A member or a coverage of an 834 with what stands once in it: a coverage's own physician too."""
        inner = (one for one in part.parts if one.kind != "2300" and part.kind == "2300")
        texts = [(fact.path, fact.text) for one in (part, *inner) for fact in one.facts]
        return self.facts(texts)

    def _of_line(self, number: int, item: WorkItem, line: WorkLine) -> PersonFacts:
        reported: dict[str, Meant] = {}
        for name, words in (("member.member_id", line.person), ("subscriber.member_id", item.family)):
            reference = words.rpartition("/")[2]
            if not reference.startswith(_MASKED):
                reported[name] = plain(name, reference)
        if line.why:
            reported["change.reason"] = plain("change.reason", line.why.replace(" ", "_"))
        order = list(self.places)
        spans: list[dict[str, Meant]] = []
        last = ("", -1)
        for label, _, new in line.rows:
            place, _, benefit = label.partition(" (")
            if not benefit:
                reported.update(self.facts([(place, new)]))
                continue
            at = order.index(place) if place in order else last[1]
            if benefit != last[0] or at <= last[1]:
                spans.append({"coverage.benefit": plain("coverage.benefit", benefit.rstrip(")").replace(" ", "_"))})
            spans[-1].update(self.facts([(place, new)]))
            last = (benefit, at)
        if any(one.name == _WHOLE_NAME for one in self.places.values()):  # unchanged, it stands in the heading alone
            reported.setdefault(_WHOLE_NAME, plain(_WHOLE_NAME, line.person.rpartition(", ")[0]))
        return PersonFacts(number, reported, tuple(spans))


def x12_wording(mapping: CompiledMapping) -> Wording:
    """Read an 834's mapping backwards."""
    places: dict[str, Carried] = {}
    for segment in mapping.member.walk():
        given = ((f.position, f.expression) for f in segment.fields if f.expression is not None)
        literals = {position: expression.literals for position, expression in given if expression.is_constant}
        for one in segment.fields:
            carried = inverse(one.expression.source, mapping.tables) if one.expression is not None else None
            if carried is None or carried.name.startswith(_NEITHER):
                continue
            path = one.path
            if segment.definition.id == "PER":  # which of its three places a telephone stands at means nothing
                kind = next(iter(literals.get(one.position - 1, ())), "")
                path = f"{path.partition('/')[0]}/PER[{kind}]"
            # A segment whose loop or segment is left out with its neighbours is not sure to be reported.
            places[path] = replace(carried, is_sure=False)
    return Wording(places)


def flat_wording(compiled: CompiledFlat) -> Wording:
    """Read a flat layout backwards."""
    places: dict[str, Carried] = {}
    for record in compiled.records:
        if not record.type.level.is_detail:
            continue
        for one, expression in zip(record.type.fields, record.expressions, strict=True):
            carried = inverse(expression.source, compiled.tables) if expression is not None else None
            if carried is not None and not carried.name.startswith(_NEITHER):
                places[f"{record.type.name}/{one.name}"] = carried
    of_people = compiled.at(Level.SUBSCRIBER, Level.DEPENDENT, Level.MEMBER)
    return Wording(places, restates=not of_people)


def worklist_wording(compiled: CompiledWorklist) -> Wording:
    """Read a worklist's mapping backwards; code tables in files of their own carry nothing here."""
    tables, _ = code_tables(compiled.spec, {})
    shown = {label: inverse(expression.source, tables) for label, expression in compiled.shown}
    # Of somebody known, only what changed is shown: nothing is sure to be reported.
    return Wording({label: replace(one, is_sure=False) for label, one in shown.items() if one is not None})


def _spans(person: Part) -> Iterator[Part]:
    return (part for part in person.parts if part.kind == "2300")


def _subscribed(person: PersonFacts) -> PersonFacts:
    """An 834 names a subscriber by the family's number alone."""
    number, kin = person.facts.get("subscriber.member_id"), person.facts.get("member.relationship")
    if number is None or kin is None or not agree(kin, "self"):
        return person
    return replace(person, facts={**person.facts, "member.member_id": number})


def _alike_once(people: Iterable[PersonFacts]) -> tuple[PersonFacts, ...]:
    """People whose every span has a record of its own, as one each."""
    known: dict[frozenset[tuple[str, Meant]], PersonFacts] = {}
    for person in people:
        who = frozenset((n, meant) for n, meant in person.facts.items() if not n.startswith(("change.", *_OF_A_SPAN)))
        before = known.get(who)
        known[who] = before.joined(person) if before is not None else person
    return tuple(replace(person, number=n) for n, person in enumerate(known.values(), start=1))


def _words(meant: Meant) -> frozenset[str]:
    return meant if isinstance(meant, frozenset) else frozenset({meant})


def _cut(one: FlatField, text: str) -> str:
    """A text that fills a field in which texts are cut may go on beyond it."""
    return f"{text}*" if one.overflow is Overflow.TRUNCATE and len(text) == one.width else text
