"""An invented employer that lives: families are hired, marry, move and leave, and every night shows a snapshot.

What happens is a list of :class:`Happening`, drawn by Hypothesis; the world makes of each whatever it can, so that any
list is a history. It stays coherent as a benefits system does: tiers follow who is covered, spans never overlap.
Rows that are hidden, or cannot be read, are the snapshot's trouble and not the people's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from edi834.model import (
    Coverage,
    CoveredMember,
    Family,
    FamilyRef,
    Member,
    MemberId,
    OtherInsurance,
)
from tests.laws.enrollment import ENROLLMENT, end_after
from tests.laws.life import LIFE
from tests.laws.people import (
    BENEFITS,
    CARRIER,
    EMPLOYER,
    FIRST_NIGHT,
    GROUP,
    NAMES,
    ONE_DAY,
    PLANS,
    STREETS,
    SURNAMES,
    Happening,
    Kin,
    Person,
    Row,
)
from tests.laws.snapshots import SnapshotInMemory

__all__ = ["BENEFITS", "CARRIER", "FIRST_NIGHT", "GROUP", "Happening", "Kin", "Person", "Row", "World"]


class World:
    """The employer. ``night`` is the day of the next snapshot."""

    def __init__(self, *, tiers_on_dependents: bool = False) -> None:
        self.night = FIRST_NIGHT
        self.kin: list[Kin] = []
        self._tiers_on_dependents = tiers_on_dependents
        self._numbers = 0

    # --- the snapshot -------------------------------------------------------------------------------------------

    def snapshot(self) -> SnapshotInMemory:
        """What the benefits system shows tonight."""
        shown = tuple(family for kin in self.kin if not kin.hidden and (family := self._family(kin)) is not None)
        held = frozenset(family.ref for family, kin in self._shown_kin(shown) if kin.held)
        return SnapshotInMemory(self.night, shown, {GROUP: EMPLOYER}, held)

    def _shown_kin(self, shown: tuple[Family, ...]) -> Iterator[tuple[Family, Kin]]:
        by_id = {kin.subscriber_id: kin for kin in self.kin}
        return ((family, by_id[family.ref.subscriber_id]) for family in shown)

    def _family(self, kin: Kin) -> Family | None:
        people = [p for p in kin.people if not p.hidden]
        if kin.head.hidden or not any(not row.hidden for p in people for row in p.rows):
            return None
        ref = FamilyRef(GROUP, MemberId(kin.subscriber_id))
        return Family(ref, tuple(self._covered(kin, p) for p in people))

    def _covered(self, kin: Kin, person: Person) -> CoveredMember:
        unreadable = frozenset(person.unreadable)
        member = Member(
            group_id=GROUP,
            member_id=MemberId(person.member_id),
            subscriber_id=MemberId(kin.subscriber_id),
            relationship=person.relationship,
            last_name=person.last_name,
            first_name=person.first_name,
            birth_date=person.birth,
            gender=person.gender,
            ssn=None if "ssn" in unreadable else person.ssn,
            address1=None if "address1" in unreadable else person.street,
            city="La Grande",
            state="OR",
            postal_code="97850",
            home_phone=person.phone,
            mailing_address1=person.mailing,
            mailing_city="Union" if person.mailing else None,
            mailing_state="OR" if person.mailing else None,
            mailing_postal_code="97883" if person.mailing else None,
            employment_status=kin.status if person is kin.head else None,
            event=person.event,
            event_date=person.event_date,
            **person.facts,
        )
        rows = sorted((r for r in person.rows if not r.hidden), key=lambda r: (r.benefit, r.begin, r.plan))
        others = tuple(
            OtherInsurance(group_id=GROUP, member_id=member.member_id, order="P", carrier_name="Foothill Mutual",
                           policy_number=number, begin_date=FIRST_NIGHT)
            for number in person.others
        )  # fmt: skip
        return CoveredMember(member, tuple(self._coverage(kin, person, row) for row in rows), others, unreadable)

    def _coverage(self, kin: Kin, person: Person, row: Row) -> Coverage:
        return Coverage(
            group_id=GROUP,
            member_id=MemberId(person.member_id),
            benefit=row.benefit,
            plan_code=row.plan,
            carrier_id=row.carrier,
            effective_date=row.begin,
            end_date=row.end,
            policy_number=row.policy or kin.policy,
            provider_code=row.physician,
            tier=row.tier,
            premium=row.premium,
            end_reason=person.event if row.end is not None else None,
        )

    # --- what happens -------------------------------------------------------------------------------------------

    def happen(self, what: Happening) -> None:
        """Let one thing happen; where it cannot (nobody is there to marry), nothing does."""
        if what.kind == "hire" or not self.kin:
            self._hire(what)
            return
        kin = self.kin[what.family % len(self.kin)]
        events: dict[str, Callable[[Kin, Happening], None]] = {
            name.removeprefix("_on_"): getattr(self, name) for name in dir(self) if name.startswith("_on_")
        }
        others = {**LIFE, **ENROLLMENT}
        if what.kind in others:
            others[what.kind](self, kin, what)
        else:
            events[what.kind](kin, what)

    @classmethod
    def kinds(cls) -> list[str]:
        """Everything that may happen."""
        own = (name.removeprefix("_on_") for name in dir(cls) if name.startswith("_on_"))
        return ["hire", *sorted((*own, *LIFE, *ENROLLMENT))]

    def next_night(self, days: int) -> None:
        """Let days pass; whatever could not be read yesterday can be read again unless it happens anew."""
        self.night += timedelta(days=days)
        for kin in self.kin:
            kin.held = False
            for person in kin.people:
                person.unreadable.clear()

    def _hire(self, what: Happening) -> None:
        self._numbers += 1
        subscriber_id = f"E{1000 + self._numbers}"
        begin = self.night + timedelta(days=what.much - 15)
        surname = SURNAMES[(what.family + self._numbers) % len(SURNAMES)]
        kin = Kin(subscriber_id, [], self._numbers)
        relationships = ["self", "spouse", "child", "child", "child"][: 1 + what.which % 5]
        for relationship in relationships:
            kin.people.append(self._person(kin, relationship, surname))
        benefits = BENEFITS if what.much % 3 else BENEFITS[:1]
        for person in kin.people:
            person.rows = [Row(b, PLANS[b][what.family % len(PLANS[b])], begin) for b in benefits]
        kin.head.says("new_hire", begin)
        self._price(kin)
        self.kin.append(kin)

    def _person(self, kin: Kin, relationship: str, surname: str) -> Person:
        subscriber_id, family, number = kin.subscriber_id, kin.number, len(kin.people)
        seed = family * 10 + number
        return Person(
            member_id=subscriber_id if number == 0 else f"{subscriber_id}-{number}",
            relationship=relationship,
            last_name=surname,
            first_name=NAMES[seed % len(NAMES)],
            birth=date(1975 if relationship in {"self", "spouse"} else 2012, 1 + number, 1 + family % 28),
            gender="FM"[seed % 2],
            ssn=f"9{family:05}{number:02}0",
            street=f"{seed} {STREETS[0]}",
        )

    def _price(self, kin: Kin) -> None:
        """Tier and premium stand on the subscriber's open rows, and follow who is covered."""
        for row in kin.head.open_rows():
            count = len([p for p in kin.covered(row.benefit) if p is not kin.head])
            tier = ("employee", "employee_and_one", "family")[min(count, 2)]
            row.tier, row.premium = tier, Decimal(100 + 50 * min(count, 2) + len(row.plan))
        if self._tiers_on_dependents:
            for person in kin.people[1:]:
                for row in person.open_rows():
                    row.tier = next((r.tier for r in kin.head.open_rows() if r.benefit == row.benefit), row.tier)

    def _dependent(self, kin: Kin, which: int) -> Person | None:
        others = kin.people[1:]
        return others[which % len(others)] if others else None

    def _add_dependent(self, kin: Kin, relationship: str, begin: date, *, ssn: bool, how: int) -> Person | None:
        if not kin.head.open_rows() or len(kin.people) > 7:
            return None
        begin = max(begin, *(row.begin for row in kin.head.open_rows()))
        person = self._person(kin, relationship, kin.head.last_name)
        person.rows = [Row(row.benefit, row.plan, begin) for row in kin.head.open_rows()]
        if not ssn:
            person.ssn, person.birth = None, min(begin, self.night)
        reasons = {"child": "birth", "adopted_child": "adoption", "spouse": "marriage"}
        person.says(reasons[relationship], begin)
        kin.people.append(person)
        self._retier(kin, begin, how)
        return person

    def _retier(self, kin: Kin, day: date, how: int) -> None:
        """The subscriber's tier changes in place, as an ended and a new row, or as a replaced row."""
        people = kin.people if self._tiers_on_dependents else [kin.head]
        before = {id(row): (row.tier, row.premium) for person in people for row in person.open_rows()}
        self._price(kin)
        changed = {row.benefit for row in kin.head.open_rows() if before[id(row)][0] != row.tier}
        for row in list(kin.head.open_rows()):
            if before[id(row)][0] == row.tier or how % 3 == 0 or day <= row.begin:
                continue
            row.tier, row.premium = before[id(row)]
            self._split(kin.head, row, day, row.plan, replaced=how % 3 == 2)
        for person in people[1:]:
            for row in list(person.open_rows()):
                if row.benefit in changed and how % 3 and row.begin < day:
                    row.tier, row.premium = before[id(row)]
                    self._split(person, row, day, row.plan, replaced=how % 3 == 2)
        self._price(kin)

    def _split(self, person: Person, row: Row, day: date, plan: str, *, replaced: bool) -> None:
        row.end = day - ONE_DAY
        person.rows.append(Row(row.benefit, plan, day, tier=row.tier))
        if replaced:
            person.rows.remove(row)

    def _near(self, much: int) -> date:
        """A day around tonight: up to 15 days before and after."""
        return self.night + timedelta(days=much - 15)

    def _on_birth(self, kin: Kin, what: Happening) -> None:
        self._add_dependent(kin, "child", self.night - timedelta(days=what.much % 10), ssn=False, how=what.which)

    def _on_marriage(self, kin: Kin, what: Happening) -> None:
        """A new spouse; after a divorce from the month on that follows the last one's end, and once that is certain."""
        former = [p for p in kin.people if p.relationship == "ex_spouse"]
        ends = [row.end or date.max for p in former for row in p.rows]
        hidden = any(p.hidden or any(row.hidden for row in p.rows) for p in former)
        if hidden or any(end > self.night for end in ends) or any(p.relationship == "spouse" for p in kin.people):
            return
        begin = max(
            [self._near(what.much), *((end.replace(day=1) + timedelta(days=31)).replace(day=1) for end in ends)]
        )
        if self._add_dependent(kin, "spouse", begin, ssn=True, how=what.which) and what.much % 2:
            kin.head.last_name += "-Ridge" if len(kin.head.last_name) < 25 else ""
            kin.head.says("marriage", begin)

    def _on_divorce(self, kin: Kin, what: Happening) -> None:
        spouse = next((p for p in kin.people[1:] if p.relationship == "spouse" and p.open_rows()), None)
        if spouse is not None:
            day = self._near(what.much)
            spouse.relationship = "ex_spouse"
            spouse.says("divorce", day)
            self._end(spouse, day)
            self._retier(kin, day + ONE_DAY, what.which)

    def _on_dependent_ends(self, kin: Kin, what: Happening) -> None:
        person = self._dependent(kin, what.which)
        if person is not None and person.open_rows():
            day = self._near(what.much)
            person.says("age_out", day)
            self._end(person, day)
            self._retier(kin, day + ONE_DAY, what.family)

    @staticmethod
    def _end(person: Person, day: date, how: int = 0) -> None:
        end_after(person, day, how)

    @staticmethod
    def _last_rows(person: Person) -> list[Row]:
        last = {row.benefit: row for row in sorted(person.rows, key=lambda r: r.begin) if not row.hidden}
        return list(last.values())

    def _on_move(self, kin: Kin, what: Happening) -> None:
        for person in kin.people if what.which % 2 else kin.people[:1]:
            person.street = f"{what.much + 1} {STREETS[what.which % len(STREETS)]}"
        kin.head.says("address_change", self.night)

    def _on_mailing(self, kin: Kin, what: Happening) -> None:
        kin.head.mailing = None if kin.head.mailing else f"PO Box {what.much}"

    def _on_phone(self, kin: Kin, what: Happening) -> None:
        kin.head.phone = None if kin.head.phone else f"541555{100 + what.much:04}"

    def _on_number_arrives(self, kin: Kin, what: Happening) -> None:
        for at, person in enumerate(kin.people):
            if person.ssn is None:
                person.ssn = f"91{kin.number:04}{at:02}0"

    def _on_number_corrected(self, kin: Kin, what: Happening) -> None:
        person = kin.people[what.which % len(kin.people)]
        if person.ssn is not None:
            person.ssn = person.ssn[:-1] + str((int(person.ssn[-1]) + 1 + what.much % 8) % 10)
            if what.much % 2:
                person.birth += ONE_DAY

    def _on_name_changed(self, kin: Kin, what: Happening) -> None:
        """Of somebody whose number the carrier knows: without one, a carrier has nothing to know them by."""
        person = kin.people[what.which % len(kin.people)]
        if person.ssn is not None and len(person.last_name) < 25:
            person.last_name += "-Reid"

    def _on_vanishing(self, kin: Kin, what: Happening) -> None:
        """Rows leave the snapshot without a word: a family, a dependent, or coverage.

        A former spouse stays to be seen: a carrier that does not know of their end refuses the next one.
        """
        person = self._dependent(kin, what.much)
        if person is not None and person.relationship == "ex_spouse":
            person = None
        if what.which % 3 == 0:
            kin.hidden = True
        elif what.which % 3 == 1 and person is not None:
            person.hidden = True
        elif person is not None and person.rows:
            person.rows[-1].hidden = True

    def _on_reappearing(self, kin: Kin, what: Happening) -> None:
        kin.hidden = False
        for person in kin.people:
            person.hidden = False
            for row in person.rows:
                row.hidden = False

    def _on_forgotten_history(self, kin: Kin, what: Happening) -> None:
        """The benefits system stops showing what ended in the past."""
        for person in kin.people:
            for row in person.rows if person.relationship != "ex_spouse" else ():
                row.hidden = row.hidden or (row.end is not None and row.end < self.night)

    def _on_quarantine(self, kin: Kin, what: Happening) -> None:
        kin.held = True

    def _on_unreadable_field(self, kin: Kin, what: Happening) -> None:
        kin.people[what.which % len(kin.people)].unreadable.add(("ssn", "address1")[what.much % 2])
