"""The people of a snapshot, so that those of a sample can be found among them.

A person is known by the Social Security number, else by name and birth date, else, as a subscriber, by the number that
the employer gave. Whoever is found in two ways at once that disagree is not found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from edi834.draft.observed import Observed
from edi834.feed.ports import SnapshotTable
from edi834.grants import Record, ReleasedMember, Selection, redact, redact_group
from edi834.model import FIELDS, VOCABULARIES, CarrierId, FamilyRef, FieldPath, GroupId, canonical

__all__ = ["Known", "known_people"]

_NO_KEY = b"nobody is remembered by it"
_SOME = 5_000


@dataclass(frozen=True, slots=True)
class Known:
    """Whom a snapshot knows.

    Attributes:
      groups: The employers' values, by id.
      people: The people by what they are found by; None where several have the same.
    """

    groups: Mapping[GroupId, Record] = field(repr=False)
    people: Mapping[tuple[str, ...], ReleasedMember | None] = field(repr=False)

    def __call__(self, thing: Observed) -> ReleasedMember | None:
        """The person whom a loop 2000 tells of."""
        subscriber = thing.text("2000/REF[0F]02") if thing.text("2000/INS01") == "Y" else ""
        keys = (_ssn(thing.text("2100A/NM109")), _named(*map(thing.text, _NAME)), ("id", canonical(subscriber)))
        return next((person for key in keys if (person := self.people.get(key)) is not None), None)


_NAME = ("2100A/NM103", "2100A/NM104", "2100A/DMG02")


def known_people(snapshot: SnapshotTable, carrier: CarrierId) -> Known:
    """Everybody whom a snapshot has covered by a carrier, with every field: nothing of it leaves this machine."""
    fields = tuple(sorted(path for path in FIELDS if not path.startswith("group.")))
    selection = Selection(carrier, VOCABULARIES["benefit"], dict.fromkeys(snapshot.groups, fields))
    refs: list[FamilyRef] = sorted(snapshot.digests(selection, _NO_KEY))
    people: dict[tuple[str, ...], ReleasedMember | None] = {}
    for begin in range(0, len(refs), _SOME):
        for family in snapshot.families(selection, refs[begin : begin + _SOME]):
            for member in redact(family, fields).members:
                for key in _keys(member):
                    people[key] = member if key not in people else None
    group_fields = [FieldPath(path) for path in FIELDS if path.startswith("group.")]
    groups = {group: redact_group(row, group_fields) for group, row in snapshot.groups.items()}
    return Known(groups, people)


def _keys(member: ReleasedMember) -> Iterable[tuple[str, ...]]:
    values = member.values
    if values.get("ssn"):
        yield _ssn(str(values["ssn"]))
    yield _named(*(canonical(values.get(name)) for name in ("last_name", "first_name", "birth_date")))
    if member.ref.is_subscriber:
        yield ("id", canonical(member.ref.member_id))


def _ssn(text: str) -> tuple[str, ...]:
    return ("ssn", "".join(c for c in text if c.isdigit())) if text else ("",)


def _named(last: str, first: str, born: str) -> tuple[str, ...]:
    if not (last and first and born):
        return ("",)
    return ("name", canonical(last), canonical(first), "".join(c for c in born if c.isdigit()))
