"""What a run read before it decided anything: the snapshot as released, and what the ledger knows of its families."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from edi834.book import Books, Elsewhere, Family, LastFull
from edi834.book.codes import Codes
from edi834.grants import Selection
from edi834.model import FamilyRef, Finding, GroupId

__all__ = ["Gathered"]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a run read before it decided anything.

    Attributes:
      as_of, snapshot_identity: Which snapshot.
      selection: What of it the feed may see.
      seen: The families as released today, of those that may have changed; in a full file, all of them.
      seen_digests: The digest of each family in the snapshot, changed or not.
      reported: What was last reported, of the families seen, and of those missing from the snapshot.
      possible: Of families whose book at the carrier rests on a rejected file, the books that it may have.
      quarantined: Families that may not be reported today.
      held_members: How many people are enrolled at the carrier.
      digest_key: The key of family digests: an approval of one family is bound to its target's.
      approved: The digests of targets that a person has accepted.
      shared: The subscriber's fields that the mapping states with each dependent.
      findings: What the snapshot has to say about the feed's people.
      elsewhere: What the people reported have with other carriers today, in the feed's benefits.
      last_looked: The date of the snapshot that the feed looked at last, None before the first.
      last_full: The feed's last full file, where a rule goes by it.
      rejected: Families of which the carrier rejected what was reported since the baseline.
      new_groups: Employers in the snapshot of whom nobody is enrolled at the carrier.
      assigns_codes: Whether the mapping writes person codes.
      rejected_codes: By family, the person codes that stood in files of which the carrier rejected something.
    """

    as_of: date
    snapshot_identity: str
    selection: Selection
    seen: Mapping[FamilyRef, Family] = field(repr=False)
    seen_digests: Mapping[FamilyRef, bytes] = field(repr=False)
    reported: Mapping[FamilyRef, Family] = field(repr=False)
    quarantined: frozenset[FamilyRef]
    held_members: int
    possible: Mapping[FamilyRef, Books] = field(default_factory=dict, repr=False)
    digest_key: bytes = field(default=b"", repr=False)
    approved: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
    elsewhere: Elsewhere = field(default_factory=dict, repr=False)
    last_looked: date | None = None
    rejected: frozenset[FamilyRef] = frozenset()
    new_groups: frozenset[GroupId] = frozenset()
    last_full: LastFull | None = None
    assigns_codes: bool = False
    rejected_codes: Mapping[FamilyRef, Codes] = field(default_factory=dict, repr=False)

    @property
    def unsettled(self) -> Collection[FamilyRef]:
        """Families of which the carrier rejected something, and nothing was reported since that settles it."""
        return self.rejected | self.possible.keys()

    def books(self, ref: FamilyRef) -> Books:
        """The books that the carrier may have of a family."""
        return self.possible.get(ref) or (self.reported.get(ref),)

    def is_first_of(self, ref: FamilyRef) -> bool:
        """Whether nobody of that employer was reported yet, or the family in a rejected file alone."""
        if ref in self.reported:
            return False
        return ref in self.rejected or self.last_looked is None or ref.group_id in self.new_groups
