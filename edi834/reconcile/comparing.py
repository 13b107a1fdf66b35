"""The comparison: theirs against what was reported, and against what is true where a snapshot says so.

A fact that the roster does not tell is not asked about; coverage that has ended on both sides is nobody's concern.
Whose turn it is follows from the three: what was reported and is true, the carrier must load; what is true and was not
reported, the next run reports; about anybody unknown to the snapshot, the Data Owner must say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from edi834.check.facts import PersonFacts
from edi834.check.same_facts import paired, spans_paired
from edi834.errors import HeldError
from edi834.grants import ReleasedFamily, ReleasedMember
from edi834.mapping.language.inverse import Meant, agree, plain
from edi834.model import FamilyRef, MemberRef
from edi834.reconcile.roster import Roster
from edi834.reconcile.row import Kind, Owner, Row, severity_of

__all__ = ["Reconciliation", "TrueFamilies", "reconcile"]

Facts = Mapping[str, Meant]
_Found = tuple[Kind, str, str, str, str]  # kind, name, benefit, ours, theirs
_OPEN_END = "2099"  # a last day as far away as that is a carrier's word for none
_SAME_DAY = {"coverage.effective_date": "span.begin", "coverage.end_date": "span.end"}
_NOT_HELD = (
    "change.", "span.action", "reported.", "member.is_subscriber", "subscriber.", "family.", "member.person_code",
)  # fmt: skip
"""What is done, and not how it stands; and what is counted or assigned here."""
_FINDS = ("subscriber.member_id", "member.member_id", "member.ssn")
_WHO = ("subscriber.member_id", "member.ssn", "member.first_name", "member.last_name", "member.birth_date")


@dataclass(frozen=True, slots=True)
class TrueFamilies:
    """What the last snapshot says, where one is given.

    Attributes:
      look: Gives the families of those references, released as the feed's are; of others, nothing is known.
      unreported: Gives the families that were never reported.
    """

    look: Callable[[Collection[FamilyRef]], Mapping[FamilyRef, ReleasedFamily]]
    unreported: Callable[[], Iterable[ReleasedFamily]]


@dataclass
class Reconciliation:
    """What came of it.

    Attributes:
      rows: What differs.
      matched: How many people are held as they were reported.
      reported, held: How many people were reported as covered, and how many the roster holds.
    """

    rows: list[Row] = field(default_factory=list)
    matched: int = 0
    reported: int = 0
    held: int = 0

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows of each kind."""
        return Counter(row.kind.value for row in self.rows)


def reconcile(
    reported: Iterable[Sequence[ReleasedFamily]], roster: Roster, day: date, truth: TrueFamilies | None = None
) -> Reconciliation:
    """Hold a roster against what was reported.

    Args:
      reported: Every family of the baseline, in portions.
      roster: What the carrier holds.
      day: The day on which coverage must stand to be missed.
      truth: What the snapshot says.

    Raises:
      HeldError: nobody of the roster is ours (E834-0970).
    """
    return _Work(roster, day, truth).done(reported)


class _Work:
    """One reconciliation under way."""

    def __init__(self, roster: Roster, day: date, truth: TrueFamilies | None) -> None:
        self._names, self._day, self._truth = roster.names | {*_SAME_DAY.values()}, day, truth
        self._seen: Mapping[FamilyRef, ReleasedFamily] = {}
        self._result = Reconciliation(held=len(roster.people))
        self._left = {person.number: person for person in roster.people}
        self._by: dict[str, dict[Meant, list[int]]] = {name: defaultdict(list) for name in _FINDS}
        for person in roster.people:
            for name in _FINDS:
                if name in person.facts:
                    self._by[name][person.facts[name]].append(person.number)

    def done(self, reported: Iterable[Sequence[ReleasedFamily]]) -> Reconciliation:
        found_anybody = is_reported = False
        for portion in reported:
            self._seen = self._truth.look([family.ref for family in portion]) if self._truth is not None else {}
            for family in portion:
                is_reported = True
                found_anybody |= self._family(family)
        if is_reported and not found_anybody:
            raise HeldError("nobody in the roster is somebody that the feed reported", code="E834-0970")
        self._extras()
        return self._result

    def _family(self, family: ReleasedFamily) -> bool:
        ours = {n: (member, _as_facts(member, n)) for n, member in enumerate(family.members, start=1)}
        pairs, missing, _ = paired((facts for _, facts in ours.values()), self._candidates(ours), self._names)
        for mine, theirs in pairs:
            del self._left[theirs.number]
            self._compare(family, ours[mine.number][0], mine, theirs)
        for mine in missing:
            self._compare(family, ours[mine.number][0], mine, None)
        return bool(pairs)

    def _candidates(self, ours: Mapping[int, tuple[ReleasedMember, PersonFacts]]) -> list[PersonFacts]:
        numbers: dict[int, None] = {}
        for _, facts in ours.values():
            for name in _FINDS:
                numbers.update(dict.fromkeys(self._by[name].get(facts.facts.get(name, ""), ())))
        return [self._left[n] for n in numbers if n in self._left]

    def _compare(
        self, family: ReleasedFamily, member: ReleasedMember, ours: PersonFacts, theirs: PersonFacts | None
    ) -> None:
        self._result.reported += any(_stands(span, self._day) for span in ours.spans)
        rows = list(self._found(ours, theirs))
        if not rows:
            self._result.matched += theirs is not None
            return
        true = self._true(family, member)
        still = {row[:3]: row[3] for row in self._found(true, theirs)} if true is not None else {}
        for kind, name, benefit, mine, held in rows:
            owner = self._owner(true, still.get((kind, name, benefit)), mine)
            identity = "\x1f".join((str(member.ref.family), str(member.ref), kind, name, benefit, mine, held))
            self._result.rows.append(
                Row(kind, member.ref, theirs.number if theirs else 0, name, benefit, mine, held,
                    severity_of(kind, name), owner, identity)
            )  # fmt: skip

    def _owner(self, true: PersonFacts | None, still: str | None, ours: str) -> Owner:
        if self._truth is None:
            return Owner.CARRIER
        if true is None:
            return Owner.DATA_OWNER
        return Owner.CARRIER if still == ours else Owner.US

    def _true(self, family: ReleasedFamily, member: ReleasedMember) -> PersonFacts | None:
        seen = self._seen.get(family.ref)
        now = seen.member(member.ref) if seen is not None else None
        return _as_facts(now, 1) if now is not None else None

    def _found(self, ours: PersonFacts, theirs: PersonFacts | None) -> Iterator[_Found]:
        """What the carrier holds otherwise of one person."""
        standing = [span for span in ours.spans if _stands(span, self._day)]
        if theirs is None:
            if standing:
                yield Kind.MISSING, "person", "", "covered", ""
            return
        for name in sorted(self._names):
            mine, held = ours.facts.get(name), theirs.facts.get(name)
            if mine and held and not name.startswith(_NOT_HELD) and not agree(mine, held):
                yield Kind.DIFFERENT, name, "", _shown(mine), _shown(held)
        of_spans = {n for n in self._names if n.startswith(("coverage.", "span.")) and n != "span.action"}
        for one, other in spans_paired(ours.spans, map(_days, theirs.spans), of_spans - {"span.action"}):
            if other is None:
                if one is not None and _stands(one, self._day):
                    yield Kind.MISSING, "coverage", _benefit(one), _words(one), ""
            elif one is None:
                if _stands(other, self._day):
                    yield Kind.EXTRA, "coverage", _benefit(other), "", _words(other)
            else:
                yield from self._span(one, other, of_spans)

    def _span(self, ours: Facts, theirs: Facts, names: set[str]) -> Iterator[_Found]:
        if not _stands(ours, self._day) and not _stands(theirs, self._day):
            return
        for name in sorted(names):
            mine, held = ours.get(name, ""), theirs.get(name, "")
            # A roster that tells no last day holds the coverage as open; of anything else, silence is no word.
            if (held or name == "span.end") and not agree(mine, held) and (mine or name == "span.end"):
                yield Kind.DIFFERENT, name, _benefit(ours), _shown(mine), _shown(held)

    def _extras(self) -> None:
        """People that the carrier holds and that were never reported: known to the snapshot, or to nobody."""
        extras = [
            p for p in self._left.values() if any(_stands(s, self._day) for s in map(_days, p.spans)) or not p.spans
        ]
        known: dict[int, MemberRef] = {}
        families = self._truth.unreported() if self._truth is not None and extras else ()
        waiting = [m for family in families for m in family.members]
        numbered = dict(enumerate(waiting, start=1))
        facts = [_as_facts(m, n) for n, m in numbered.items()]
        for mine, theirs in paired(facts, extras, self._names)[0] if facts else ():
            known[theirs.number] = numbered[mine.number].ref
        for person in extras:
            ref = known.get(person.number)
            owner = Owner.US if ref is not None else Owner.DATA_OWNER
            who = "\x1f".join(_shown(person.facts.get(name, "")) for name in _WHO)
            self._result.rows.append(
                Row(Kind.EXTRA, ref, person.number, "person", "", "", "covered",
                    severity_of(Kind.EXTRA, "person"), owner, f"extra\x1f{who}")
            )  # fmt: skip


def _as_facts(member: ReleasedMember, number: int) -> PersonFacts:
    """A person as reported, as facts."""
    facts: dict[str, Meant] = {
        f"member.{k}": text for k, v in member.values.items() if (text := plain(f"member.{k}", v))
    }
    facts["member.member_id"] = plain("member.member_id", member.ref.member_id)
    facts["subscriber.member_id"] = plain("member.member_id", member.ref.subscriber_id)
    return PersonFacts(number, facts, tuple(_span_facts(c.values, member.ref) for c in member.coverages))


def _span_facts(values: Mapping[str, object], ref: MemberRef) -> Facts:
    facts: dict[str, Meant] = {f"coverage.{k}": text for k, v in values.items() if (text := plain(f"coverage.{k}", v))}
    if not ref.is_subscriber:
        facts.pop("coverage.tier", None)  # many sources repeat the subscriber's on every row
    return _days(facts)


def _days(span: Facts) -> Facts:
    """A span with its days under the names that are compared, and without a last day that means none."""
    days = {_SAME_DAY.get(name, name): meant for name, meant in span.items()}
    if _shown(days.get("span.end", "")) >= _OPEN_END:
        del days["span.end"]
    return days


def _stands(span: Facts, day: date) -> bool:
    end = _shown(span.get("span.end", ""))
    return not end or (end >= day.isoformat() and end > _shown(span.get("span.begin", "")))


def _benefit(span: Facts) -> str:
    return _shown(span.get("coverage.benefit", ""))


def _words(span: Facts) -> str:
    return " ".join(filter(None, (_shown(span.get(n, "")) for n in ("coverage.plan_code", "span.begin", "span.end"))))


def _shown(meant: Meant) -> str:
    return meant if isinstance(meant, str) else " or ".join(sorted(meant))
