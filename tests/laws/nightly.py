"""One feed, night after night, in memory: the engine's own plan, mapping and check, and a carrier that applies files.

It does with a prepared plan what a run does: tells the ledger what was delivered, and what the carrier rejected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from edi834.feed.finish import set_numbers
from edi834.feed.kit import FeedKit
from edi834.feed.ledger_port import EnvelopeKey, Intent, Lease, Reported
from edi834.feed.prepare import Prepared, prepare
from edi834.feed.resend import resend_same_bytes
from edi834.feed.restate import How, restate
from edi834.feed.stages import Receipt
from edi834.feed.whereabouts import whereabouts
from edi834.mapping.document import Document, FilePurpose
from edi834.model import FamilyRef, MemberRef
from edi834.grants import Grant
from tests.laws.expected import Entry, Expected, Shown, as_expected, as_held
from tests.laws.kits import FEED, MAPPING_DIGEST, kit
from tests.laws.memory import LedgerInMemory
from tests.laws.sendings import transmission_id
from tests.laws.snapshots import SnapshotInMemory
from tests.laws.world import CARRIER
from tests.simulated_carrier import Carrier

__all__ = ["Feed", "Night", "family_of_sets"]


@dataclass(frozen=True)
class Night:
    """What came of one night: the plan, and the file's bytes where there was one."""

    prepared: Prepared
    content: bytes | None
    file: int | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        return self.prepared.plan.counts


@dataclass
class Feed:
    """A feed with its ledger, its carrier, and the book that the carrier should have."""

    rules: Mapping[str, object] | None = None
    mode: str = "changes"
    members_per_transaction: int = 10_000
    second_opinion: bool = False
    grants: Sequence[Grant] | None = None
    ledger: LedgerInMemory = field(default_factory=LedgerInMemory)
    carrier: Carrier = field(default_factory=Carrier)
    expected: Expected = field(default_factory=Expected)
    as_if_taken: Expected | None = None  # kept where answers come late: as if the carrier had rejected nothing
    _unanswered: list[tuple[int, str]] = field(default_factory=list)
    _looked: date | None = None
    _held_back: set[FamilyRef] = field(default_factory=set)  # could not be read, or wait for a person
    _before: dict[MemberRef, Entry] = field(default_factory=dict)  # what was expected before the last night
    _torn: set[FamilyRef] = field(default_factory=set)  # of a family in several sets, the carrier took some
    _reverted: set[FamilyRef] = field(default_factory=set)  # a set of theirs was rejected, and nothing reported since
    _re_reported: set[FamilyRef] = field(default_factory=set)  # those of them whom the last file reported again

    def kit(self, day: date, *, mode: str | None = None, number: int | None = None) -> FeedKit:
        """The feed's kit of a day."""
        return kit(
            self.ledger,
            grants=self.grants,
            rules=self.rules,
            mode=mode or self.mode,
            members_per_transaction=self.members_per_transaction,
            second_opinion=self.second_opinion,
            day=day,
            number=number,
            carrier=self.carrier,
        )

    def plan(self, snapshot: SnapshotInMemory, *, full: bool = False, mode: str | None = None) -> Night:
        """What a run would tell; nothing is delivered. A file that the check refuses is no file."""
        number = len(self.ledger.sent) + 1
        prepared = prepare(self.kit(snapshot.as_of, mode=mode, number=number), snapshot, full=full)
        if prepared.plan.is_empty:
            return Night(prepared, None)
        assert prepared.draft is not None
        assert prepared.draft.document is not None, prepared.draft.findings
        assert not prepared.draft.quarantined, prepared.draft.findings
        assert not prepared.refused, prepared.refused
        return Night(prepared, prepared.draft.document.content)

    def run(
        self,
        snapshot: SnapshotInMemory,
        *,
        rejecting: frozenset[int] = frozenset(),
        full: bool = False,
        mode: str | None = None,
        answered: bool = True,
        lost: bool = False,
    ) -> Night:
        """Deliver a night's file.

        Args:
          snapshot: The night's.
          rejecting: The positions of the sets that the carrier rejects, from 0.
          full: Whether everyone is reported.
          mode: What the operator has the feed send that night; its own mode otherwise.
          answered: Whether the carrier's answer comes before the next night; else :meth:`answer` brings it.
          lost: Whether the carrier lost the file before it read it: whoever says so lets it be sent again.
        """
        night = self.plan(snapshot, full=full, mode=mode)
        self._looked = self.ledger.looked_at.last_as_of
        held_back = self._held_back = set(snapshot.held) | {family.ref for family in night.prepared.plan.waiting}
        reverted: set[FamilyRef | MemberRef] = {*held_back}
        file = None
        self._re_reported, are_all_answered = set(), not self._unanswered
        if night.content is not None:
            draft = night.prepared.draft
            assert draft is not None
            assert draft.document is not None
            document = draft.document
            rejected = {one.number for at, one in enumerate(document.sets) if at in rejecting}
            if not lost:
                self.carrier.apply(night.content, rejecting=rejected)
            file = self._delivered(night.prepared, document)
            self._unanswered += [(file, number) for number in sorted(rejected)]
            if answered:
                self.answer()
            refused = {ref for one in document.sets if one.number in rejected for ref in one.families}
            numbers = set_numbers(document)
            torn = {ref for ref in refused if not set(numbers[ref]) <= rejected}
            reverted |= refused - torn
            # Whoever stood in a set that was taken and in one that was rejected counts as reported, as the last word is.
            taken = {ref for one in document.sets if one.number not in rejected for ref in one.people}
            missed = {ref for one in document.sets if one.number in rejected for ref in one.people} - taken
            reverted |= {ref for ref in missed if ref.family in torn}
            # Whoever is reported again and rejected again is held in halves still.
            self._torn = (self._torn - (numbers.keys() - refused)) | torn
            self._re_reported = self._reverted & numbers.keys() if are_all_answered else set()
            self._reverted = (self._reverted - (self._re_reported - refused)) | refused
        self.ledger.looked(
            as_of=snapshot.as_of,
            snapshot=snapshot.identity,
            mapping_digest=MAPPING_DIGEST,
            release_digest=night.prepared.release_digest,
        )
        self._before = dict(self.expected.people)
        self.expected.tell(snapshot.people, reverted, snapshot.as_of, self._looked, held=snapshot.held)
        if self.as_if_taken is not None:
            self.as_if_taken.tell(snapshot.people, held_back, snapshot.as_of, self._looked, held=snapshot.held)
        return Night(night.prepared, night.content, file)

    def _delivered(self, prepared: Prepared, document: Document) -> int:
        """Write down that a night's file was delivered; gives its number."""
        plan, created = prepared.plan, prepared.created
        numbers = set_numbers(document)
        reported = [(s.target, numbers[s.target.ref]) for s in plan.statements]
        reported += [(family, [document.sets[0].number]) for family in plan.omitted]
        lease = cast(Lease, None)
        planned = self.ledger.plan(
            lease,
            Intent(
                feed_id=FEED,
                carrier_id=CARRIER,
                idempotency_key=prepared.plan_digest,
                envelope=EnvelopeKey("ZZ", "JUNIPER", "ZZ", "NORTHSTAR"),
                scope=plan.scope.value,
                purpose=FilePurpose.ORIGINAL.value,
                as_of=plan.as_of,
                snapshot_identity=plan.snapshot_identity,
                mapping_digest=MAPPING_DIGEST,
                release_digest=prepared.release_digest,
                plan_digest=prepared.plan_digest,
                created=created,
                remote_name_template=f"{FEED}_{{control_number}}",
                reported=tuple(Reported(f, prepared.digests[f.ref], of[0], tuple(of[1:])) for f, of in reported),
                set_members={one.number: one.members for one in document.sets},
                counts=plan.counts,
                is_test=True,
            ),
        )
        assert planned.control_number == document.facts.control_number
        places = whereabouts(document)
        self.ledger.sealed(lease, planned.transmission_id, content=document.content, whereabouts=places)
        self.ledger.delivered(lease, planned.transmission_id, cast(Receipt, None))
        return planned.sequence

    def resend(self, night: Night, snapshot: SnapshotInMemory, how: str, *, whom: int = 0) -> None:
        """Send a night's file once more.

        Args:
          night: The night, with a file.
          snapshot: What it reported.
          how: ``same_bytes``, or a word of :class:`~edi834.feed.restate.How`.
          whom: With ``members``, which of the people it reported, by position.
        """
        assert night.file is not None
        # Of a family of which it took one set and rejected another, what it asked is what is answered here.
        asked, torn = self.carrier.complaints, {ref.subscriber_id for ref in self._torn}
        asked[:] = [one for one in asked if one.subscriber_id not in torn]
        original = self.ledger.find(transmission_id(night.file))
        feed = self.kit(snapshot.as_of)
        if how == "same_bytes":
            resend_same_bytes(feed, original)
            return
        people = [str(m.member.ref) for s in night.prepared.plan.statements for m in s.members]
        chosen = {people[whom % len(people)]} if how == How.MEMBERS else ()
        again = restate(feed, original, snapshot, How(how), members=chosen)
        if how != How.COPY:
            reported = {one.target.ref for one in self.ledger.families_of(again.transmission_id)}
            # What the file said of them holds now: as things stood when it was written.
            said = Expected(dict(self._before))
            said.tell(snapshot.people, self._held_back, snapshot.as_of, self._looked, held=snapshot.held)
            self.expected.people |= {ref: entry for ref, entry in said.people.items() if ref.family in reported}
            self._re_reported |= self._reverted & reported
            self._reverted -= reported
            self._torn -= reported

    def answer(self, *, newest_first: bool = False) -> None:
        """The carrier's answers come in: what it rejected is reverted."""
        for file, number in sorted(self._unanswered, reverse=newest_first):
            self.ledger.rejected(file, number)
        self._unanswered.clear()

    def agrees(self, as_of: date) -> None:
        """Assert that the carrier holds what it should, and has nothing to ask.

        But of families of which it took one set and rejected another, until they are reported again, it holds halves.
        """
        torn = {ref.subscriber_id for ref in self._torn}
        re_reported = {ref.subscriber_id for ref in self._re_reported | self._reverted}
        asked = [one for one in self.carrier.complaints if one.subscriber_id not in torn]
        if (self.rules or {}).get("after_rejection") == "term_and_add":
            # Whatever may be held is taken out first, and may not be held after all: a carrier may ask about that.
            asked = [x for x in asked if x.subscriber_id not in re_reported or not x.what.startswith("024 of")]
        assert asked == [], asked
        self.carrier.complaints.clear()
        held = [one for one in as_held(self.carrier.book, as_of) if one[0] not in torn]
        wanted = [one for one in as_expected(self.expected, as_of) if one[0] not in torn]
        if self.as_if_taken is not None:
            # What was over before the answer came may be reported, or be nobody's news; but of a whole family alike.
            taken = [one for one in as_expected(self.as_if_taken, as_of) if one[0] not in torn]
            alike = {ref for ref, *_ in taken if _of(ref, taken) == _of(ref, held)}
            held = [one for one in held if one[0] not in alike]
            wanted = [one for one in wanted if one[0] not in alike]
        too_much, too_little = [m for m in held if m not in wanted], [m for m in wanted if m not in held]
        assert not too_much + too_little, f"held: {too_much}\nwanted: {too_little}"


def _of(subscriber_id: str, people: Sequence[Shown]) -> list[Shown]:
    return [one for one in people if one[0] == subscriber_id]


def family_of_sets(night: Night) -> dict[str, tuple[FamilyRef, ...]]:
    """The families of each transaction set of a night's file."""
    assert night.prepared.draft is not None
    assert night.prepared.draft.document is not None
    return {one.number: one.families for one in night.prepared.draft.document.sets}
