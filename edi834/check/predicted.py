"""The predicted book: a written file read back, and held against what the carrier's book is to show after it.

Each person of the file is read by the mapping backwards (``facts.py``). What is read must be what was to be said, and
every
reported field that changed must have reached the file: what did not is not recorded as reported (laws 1, 8 and 12). A
field whose expression cannot be read backwards counts as written where an expression that names it wrote something.
What the statements do to a carrier's book is ``edi834/book/carrier.py``'s, and was asked when they were chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from edi834.book import Action, CoverageStatement, Dialect, FamilyStatement, MemberStatement
from edi834.book.book import changed_facts, changed_fields
from edi834.errors import Place
from edi834.mapping.language.inverse import Meant, agree, plain
from edi834.model import Finding, MemberRef, Severity, Value

__all__ = ["ReadBack", "Said", "differences"]

_SAID_BY_AN_END = frozenset(
    {
        "employment_status", "termination_date", "retirement_date", "death_date", "relationship",
        "cobra_event", "cobra_begin", "cobra_end", "hours_per_week",
    }
)  # fmt: skip
_STATING = frozenset({Action.CHANGE, Action.CORRECT, Action.AUDIT})
_DAYS = {"span.begin": "begin", "span.end": "end", "span.changed_on": "changed_on"}
_UNKNOWN = object()
_OF_CHANGE = frozenset({"action", "first_day", "last_day"})


@dataclass(frozen=True, slots=True)
class Said:
    """What one part of a file says: of a person, or of a coverage.

    Attributes:
      facts: What was read, by name.
      names: The names of the expressions that wrote something there.
      empty: What an empty place says, where a table writes words as nothing.
    """

    facts: Mapping[str, Meant] = field(repr=False)
    names: frozenset[str]
    empty: Mapping[str, Meant] = field(default_factory=dict, repr=False)

    def carries(self, *names: str) -> bool:
        """Whether it says anything of one of these names."""
        return any(name in self.facts or name in self.names for name in names)


@dataclass(frozen=True, slots=True)
class ReadBack:
    """One person of a written file, read back.

    Attributes:
      family: What was to be said of the family.
      statement: What was to be said of the person.
      person: What is said of the person.
      coverages: What is said of coverages; one for each statement, in order, where ``in_order``.
      in_order: Whether the form has a part of its own for each coverage.
    """

    family: FamilyStatement
    statement: MemberStatement
    person: Said
    coverages: tuple[Said, ...]
    in_order: bool = True


def differences(
    people: Iterable[ReadBack], dialect: Dialect, places: Mapping[str, Place], *, may_be_cut: bool = False
) -> Iterator[Finding]:
    """Say where the book that the file leads to would not be the desired one.

    Args:
      people: Everybody in the file, read back.
      dialect: What is reported of whom.
      places: By name, the mapping's line that writes it.
      may_be_cut: Whether the mapping lets texts be cut to the length of their element.

    Returns:
      A finding for each field, about the person: the family is put on hold.
    """
    for one in people:
        for name, why in dict.fromkeys(_of_person(one, dialect, may_be_cut=may_be_cut)):
            yield _finding(one.statement.member.ref, name, why, places)


def _finding(ref: MemberRef, name: str, why: str, places: Mapping[str, Place]) -> Finding:
    place = places.get(name)
    remedy = (
        f"correct the mapping's expression for {name}" if place else f"assign {name} in the mapping, for a change too"
    )
    return Finding("E834-1149", Severity.ERROR, f"{ref}: {name} {why}", about=ref, place=place, remedy=remedy)


_NOT_CARRIED = "changed, and the file does not say so"
_OTHERWISE = "reads back as something else than was to be said"


def _of_person(one: ReadBack, dialect: Dialect, *, may_be_cut: bool) -> Iterator[tuple[str, str]]:
    said, ref = one.statement, one.statement.member.ref
    yield from ((f"member.{name}", _NOT_CARRIED) for name in _fields_not_carried(one, dialect))
    if said.ends_member and not said.coverages and not one.person.carries("change.last_day"):
        yield "change.last_day", _NOT_CARRIED
    for name, meant in one.person.facts.items():
        value = _value(name, one)
        if value is not _UNKNOWN and not _agrees(meant, name, value, may_be_cut=may_be_cut):
            yield name, _OTHERWISE
    if one.in_order and len(one.coverages) != len(said.coverages):
        yield "coverage.plan_code", _NOT_CARRIED
        return
    for at, coverage in enumerate(said.coverages):
        found = one.coverages[at] if one.in_order else _nearest(coverage, one.coverages)
        if found is not None:
            yield from _of_coverage(coverage, found, one, ref, dialect, may_be_cut=may_be_cut)
        elif one.coverages:
            yield "span.begin", _NOT_CARRIED


def _fields_not_carried(one: ReadBack, dialect: Dialect) -> Iterator[str]:
    """The reported fields of the person that changed, and of which the file says nothing."""
    said = one.statement
    if said.reported is None or said.action is Action.ADD or said.as_reported:
        return
    for name in changed_fields(said.reported, said.member, dialect):
        is_said = said.ends_member and name in _SAID_BY_AN_END
        is_said = is_said or _is_written_as_nothing(f"member.{name}", said.member.values[name], one.person)
        if not is_said and not one.person.carries(f"member.{name}", f"subscriber.{name}"):
            yield name


def _of_coverage(
    said: CoverageStatement, found: Said, one: ReadBack, ref: MemberRef, dialect: Dialect, *, may_be_cut: bool
) -> Iterator[tuple[str, str]]:
    if said.reported is not None and said.action in _STATING:
        for name in changed_facts(said.reported, said.coverage, ref, dialect):
            path = f"coverage.{name}"
            value = said.coverage.values.get(name)
            is_said = _is_written_as_nothing(path, value, found) or found.carries(path) or one.person.carries(path)
            if not is_said:
                yield path, _NOT_CARRIED
    if said.changed_on is not None and not found.carries("span.changed_on"):
        yield "span.changed_on", _NOT_CARRIED
    if (
        said.action is Action.END
        and not found.carries("span.end", "change.last_day")
        and not one.person.carries("change.last_day")
    ):
        yield "span.end", _NOT_CARRIED
    for name, meant in found.facts.items():
        wanted = _value_of_coverage(name, said)
        if wanted is not _UNKNOWN and not _agrees(meant, name, wanted, may_be_cut=may_be_cut):
            yield name, _OTHERWISE


def _value_of_coverage(name: str, said: CoverageStatement) -> object:
    """What was to be said of a coverage under a name."""
    if name in _DAYS:
        return getattr(said, _DAYS[name])
    if name == "span.action":
        return said.action.value
    if name.startswith("coverage."):
        return said.coverage.values.get(name.removeprefix("coverage."), _UNKNOWN)
    return _UNKNOWN


def _is_written_as_nothing(name: str, value: Value, said: Said) -> bool:
    return value is None or (name in said.empty and agree(said.empty[name], plain(name, value)))


def _nearest(said: CoverageStatement, found: Iterable[Said]) -> Said | None:
    """The part that speaks of the coverage: none of what it says of its benefit, plan and days is otherwise."""
    wanted = {
        "coverage.benefit": said.coverage.benefit,
        "coverage.plan_code": said.coverage.plan_code,
        "span.begin": said.begin,
        "span.end": said.end,
    }
    return next(
        (
            one
            for one in found
            if all(agree(one.facts[n], plain(n, value)) for n, value in wanted.items() if n in one.facts and value)
        ),
        None,
    )


def _agrees(meant: Meant, name: str, value: object, *, may_be_cut: bool) -> bool:
    wanted = plain(name, value)
    if agree(meant, wanted):
        return True
    return may_be_cut and isinstance(meant, str) and bool(meant) and wanted.startswith(meant)


def _value(name: str, one: ReadBack) -> object:
    """What was to be said under a name; not known of what is the file's, or put together from several."""
    root, _, rest = name.partition(".")
    said = one.statement
    if name == "member.person_code":
        return one.family.target.person_code(said.member.ref)
    if root == "member":
        return said.member.values.get(rest, _UNKNOWN)
    if root == "reported":
        return said.reported.values.get(rest, _UNKNOWN) if said.reported is not None else _UNKNOWN
    if root == "subscriber":
        family = one.family.reported if said.as_reported and one.family.reported is not None else one.family.target
        return family.subscriber.values.get(rest, _UNKNOWN) if family.subscriber is not None else _UNKNOWN
    if root == "change" and rest in _OF_CHANGE:
        value = getattr(said, rest)
        return value.value if isinstance(value, Action) else value
    return _UNKNOWN
