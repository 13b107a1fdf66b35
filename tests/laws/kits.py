"""A feed's kit in memory: the engine's own form and checks, nothing sealed, and a channel to the simulated carrier."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from edi834.book import Dialect, FamilyStatement, read_dialect
from edi834.check import CheckOutcome
from edi834.check.checked import CheckedDocument
from edi834.check.guide_check import check_guide
from edi834.check.reported import reported_sets
from edi834.check.round_trip import check_round_trip
from edi834.check.rules.rule import InHand
from edi834.check.situational import check_situations
from edi834.feed.forms import X12Form
from edi834.feed.kit import FeedKit
from edi834.feed.ledger_port import Ledger
from edi834.feed.ports import Channel, Phase, Sealer
from edi834.feed.profile import Carrier as CarrierProfile
from edi834.feed.profile import ChannelProfile, FeedProfile, KeyPins, Stage
from edi834.feed.stages import Keep, Receipt, SealedFile, in_memory
from edi834.grants import Grant, Record
from edi834.mapping import Built, SetPolicy
from edi834.mapping.document import Document, FileFacts
from edi834.model import FIELDS, FeedId, FieldPath, GroupId, Severity
from edi834.x12 import GUIDE_005010X220A1, read
from tests.laws.memory import LedgerInMemory
from tests.laws.world import BENEFITS, CARRIER, FIRST_NIGHT, GROUP
from tests.mapping.builders import compiled, envelope
from tests.simulated_carrier import Carrier

__all__ = ["FEED", "MAPPING_DIGEST", "grant", "kit"]

FEED = FeedId("northstar-medical")
MAPPING_DIGEST = "1" * 64


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


@dataclass(frozen=True)
class _Clock:
    """Every file is written in the afternoon of the snapshot's own day."""

    day: date

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 22, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class QuickForm(X12Form):
    """The engine's own checks; pyx12's, which take ten times as long, are left to the tests that ask for them.

    What a check refuses is a failure here: the engine must not write it. With a number, a draft is
    written under it, and so is the file itself: that saves writing every file twice.
    """

    number: int | None = None
    thorough: bool = False

    def build(self, facts: FileFacts, groups: Mapping[GroupId, Record], statements: Sequence[FamilyStatement]) -> Built:
        if self.number is not None:
            facts = replace(facts, control_number=self.number, reference=f"NS-{self.number}")
        return X12Form.build(self, facts, groups, statements)

    def check(self, document: Document) -> CheckOutcome:
        if self.thorough:
            return X12Form.check(self, document)
        assert document.interchange is not None
        reading = read(document.content)
        faults = [*check_round_trip(document.content, reading.interchanges, document.interchange)]
        faults += check_guide(document.interchange, GUIDE_005010X220A1)
        file = InHand(document.facts, invented_people=True)
        for reported in reported_sets(document.interchange, document.sets):
            faults += check_situations(reported, file)
        wrong = [f"{f.code} {f.message}" for f in faults if f.severity is Severity.ERROR]
        assert not wrong, wrong
        return CheckOutcome(CheckedDocument(document, (), "not asked"), ())


@functools.cache
def _form(members_per_transaction: int, sets: SetPolicy, *, thorough: bool = False) -> QuickForm:
    mapping = compiled()
    profile = _profile("changes", members_per_transaction)
    return QuickForm(profile, {}, True, mapping, envelope(mapping), MAPPING_DIGEST, sets, thorough=thorough)


class _Unsealed:
    """Nothing is encrypted here."""

    def seal(self, document: CheckedDocument, keep: Keep = in_memory) -> SealedFile:
        facts, content = document.document.facts, document.document.content
        digest = hashlib.sha256(content).hexdigest()
        return SealedFile(CARRIER, facts.remote_name, content, digest, None, "it stays in this process")


@dataclass(frozen=True)
class _ToTheCarrier:
    """A channel that hands each file to the simulated carrier."""

    carrier: Carrier
    at: datetime

    def send(self, file: SealedFile, *, attempt: str, on_phase: Callable[[Phase], None]) -> Receipt:
        self.carrier.apply(b"".join(file.blocks()))
        return Receipt(file.remote_name, file.size, file.sha256, "handed_over", "none", self.at, "carrier")

    def close(self) -> None:
        """There is nothing to close."""


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
    day: date = FIRST_NIGHT,
    number: int | None = None,
    carrier: Carrier | None = None,
) -> FeedKit:
    """A feed's kit; its files go to that carrier, and nowhere without one."""
    chosen, problems = read_dialect(rules or {})
    assert not problems, problems
    clock = _Clock(day)
    cut = SetPolicy(
        holds=chosen.transaction_sets,
        splits_cobra=chosen.split == "cobra",
        splits_plan_changes=chosen.plan_change == "two_transactions",
    )
    form = replace(_form(members_per_transaction, cut, thorough=second_opinion), number=number)
    return FeedKit(
        profile=_profile(mode, members_per_transaction),
        form=form,
        rules=chosen if rules else Dialect(),
        grants=[grant()] if grants is None else grants,
        ledger=cast(Ledger, ledger),
        clock=clock,
        sealer=lambda: cast(Sealer, _Unsealed()),
        channel=lambda: cast(Channel, _ToTheCarrier(cast(Carrier, carrier), clock.now())),
        zone=ZoneInfo("America/Boise"),
    )
