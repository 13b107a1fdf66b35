"""One feed, night after night, in memory: the engine's own plan, mapping and check, and a carrier that applies files.

It does with a prepared plan what a run does: tells the ledger what was delivered, and what the carrier rejected.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from edi834.change import Rules, read_rules
from edi834.check import CheckOutcome
from edi834.check.checked import CheckedDocument
from edi834.check.guide_check import check_guide
from edi834.check.round_trip import check_round_trip
from edi834.check.rules.rule import InHand
from edi834.check.situational import check_situations
from edi834.check.told import told_sets
from edi834.feed.forms import X12Form
from edi834.feed.kit import FeedKit
from edi834.feed.ledger_port import Ledger
from edi834.feed.prepare import Prepared, prepare
from edi834.feed.profile import Carrier as CarrierProfile
from edi834.feed.profile import ChannelProfile, FeedProfile, KeyPins, Stage
from edi834.mapping.document import Document
from edi834.model import FIELDS, FamilyRef, FeedId, FieldPath, Severity
from edi834.release import Grant
from edi834.x12 import GUIDE_005010X220A1, read
from tests.laws.expected import Expected, as_expected, as_held
from tests.laws.memory import LedgerInMemory
from tests.laws.snapshots import SnapshotInMemory
from tests.laws.world import BENEFITS, CARRIER, GROUP
from tests.mapping.builders import compiled, envelope
from tests.simulated_carrier import Carrier

__all__ = ["Feed", "Night", "family_of_sets", "grant", "kit"]

FEED = FeedId("northstar-medical")


def grant(*, without: frozenset[str] = frozenset()) -> Grant:
    """A grant of everything, but for some fields that are withheld on purpose."""
    withheld = frozenset(map(FieldPath, without))
    return Grant(
        group_id=GROUP,
        carrier_id=CARRIER,
        allow=frozenset(FIELDS) - withheld,
        withhold=withheld,
        valid_from=date(2020, 1, 1),
    )


class _Clock:
    def now(self) -> datetime:
        return datetime(2027, 12, 1, 22, 15, tzinfo=UTC)


class QuickForm(X12Form):
    """The engine's own checks; pyx12's, which take ten times as long, are left to the tests that ask for them.

    Whatever a check refuses is a failure here: the engine must not think of telling it.
    """

    def check(self, document: Document) -> CheckOutcome:
        assert document.interchange is not None
        reading = read(document.content)
        faults = [*check_round_trip(document.content, reading.interchanges, document.interchange)]
        faults += check_guide(document.interchange, GUIDE_005010X220A1)
        file = InHand(document.facts, invented_people=True)
        for told in told_sets(document.interchange, document.sets):
            faults += check_situations(told, file)
        wrong = [f"{f.code} {f.message}" for f in faults if f.severity is Severity.ERROR]
        assert not wrong, wrong
        return CheckOutcome(CheckedDocument(document, (), "not asked"), ())


@functools.cache
def _form(members_per_transaction: int, *, thorough: bool = False) -> X12Form:
    mapping = compiled()
    profile = _profile("changes", members_per_transaction)
    form = X12Form if thorough else QuickForm
    return form(profile, {}, True, mapping, envelope(mapping), "1" * 64)


def _profile(mode: str, members_per_transaction: int) -> FeedProfile:
    carrier = CarrierProfile(
        carrier_id=CARRIER,
        name="Northstar Health Plan",
        folder=Path("carriers/northstar"),
        tax_id="900000002",
        key=KeyPins(Path("key.asc"), "A" * 40, "B" * 40),
        seal_reason=None,
        channel=ChannelProfile("folder", {}),
    )
    return FeedProfile(
        feed_id=FEED,
        carrier=carrier,
        groups=(GROUP,),
        benefits=frozenset(BENEFITS),
        mapping=Path("mappings/x12_834_5010.toml"),
        mode=mode,
        stage=Stage.TESTING,
        remote_name="{feed}_{control_number}",
        members_per_transaction=members_per_transaction,
    )


def kit(
    ledger: LedgerInMemory,
    *,
    grants: Sequence[Grant] | None = None,
    rules: Mapping[str, object] | None = None,
    mode: str = "changes",
    members_per_transaction: int = 10_000,
    second_opinion: bool = False,
) -> FeedKit:
    """A feed's kit without a sealer or a channel: nothing here is sent."""
    chosen, problems = read_rules(rules or {})
    assert not problems, problems
    return FeedKit(
        profile=_profile(mode, members_per_transaction),
        form=_form(members_per_transaction, thorough=second_opinion),
        rules=chosen if rules else Rules(),
        grants=[grant()] if grants is None else grants,
        ledger=cast(Ledger, ledger),
        clock=_Clock(),
        sealer=cast(Any, None),
        channel=cast(Any, None),
        zone=ZoneInfo("America/Boise"),
    )


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
    _unanswered: list[tuple[int, str]] = field(default_factory=list)

    def plan(self, snapshot: SnapshotInMemory, *, full: bool = False) -> Night:
        """What a run would tell; nothing is delivered. A file that the check refuses is no file."""
        feed = kit(
            self.ledger,
            grants=self.grants,
            rules=self.rules,
            mode=self.mode,
            members_per_transaction=self.members_per_transaction,
            second_opinion=self.second_opinion,
        )
        prepared = prepare(feed, snapshot, full=full)
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
        answered: bool = True,
    ) -> Night:
        """Deliver a night's file.

        Args:
          snapshot: The night's.
          rejecting: The positions of the sets that the carrier rejects, from 0.
          full: Whether everyone is told.
          answered: Whether the carrier's answer comes before the next night; else :meth:`answer` brings it.
        """
        night = self.plan(snapshot, full=full)
        untold = set(snapshot.held) | {family.ref for family in night.prepared.plan.waiting}
        file = None
        if night.content is not None:
            draft = night.prepared.draft
            assert draft is not None
            assert draft.document is not None
            document = draft.document
            rejected = {one.number for at, one in enumerate(document.sets) if at in rejecting}
            numbers = {
                s.target.ref: {one.number for one in document.sets if s.target.ref in one.families}
                for s in night.prepared.plan.statements
            }
            told = [
                (s.target, night.prepared.digests[s.target.ref], numbers[s.target.ref])
                for s in night.prepared.plan.statements
            ]
            self.carrier.apply(night.content, rejecting=rejected)
            file = self.ledger.delivered(told, snapshot.as_of)
            self._unanswered += [(file, number) for number in sorted(rejected)]
            if answered:
                self.answer()
            untold |= {ref for one in document.sets if one.number in rejected for ref in one.families}
        self.ledger.looked(
            as_of=snapshot.as_of,
            snapshot=snapshot.identity,
            mapping_digest=_form(self.members_per_transaction).digest,
            release_digest=night.prepared.release_digest,
        )
        self.expected.tell(snapshot.people, untold, snapshot.as_of)
        return Night(night.prepared, night.content, file)

    def answer(self) -> None:
        """The carrier's answers come in: what it rejected is untold."""
        for file, number in self._unanswered:
            self.ledger.rejected(file, number)
        self._unanswered.clear()

    def agrees(self, as_of: date) -> None:
        """Assert that the carrier holds what it should, and has nothing to ask."""
        assert self.carrier.complaints == [], self.carrier.complaints
        held, wanted = as_held(self.carrier.book, as_of), as_expected(self.expected, as_of)
        too_much, too_little = [m for m in held if m not in wanted], [m for m in wanted if m not in held]
        assert not too_much + too_little, f"held: {too_much}\nwanted: {too_little}"


def family_of_sets(night: Night) -> dict[str, tuple[FamilyRef, ...]]:
    """The families of each transaction set of a night's file."""
    assert night.prepared.draft is not None
    assert night.prepared.draft.document is not None
    return {one.number: one.families for one in night.prepared.draft.document.sets}
