"""Notices: what a plan has to say of people and families about whom it decided something a person should know."""

from __future__ import annotations

from edi834.model import FamilyRef, Finding, MemberRef, Severity

__all__ = ["missing_finding", "moved_finding", "not_understood_finding"]


def moved_finding(new: MemberRef, old: MemberRef) -> Finding:
    """Somebody goes from one family to another, of which one waits for a person: so must the other."""
    return Finding(
        "E834-0924",
        Severity.WARNING,
        f"{new} moved from family {old.family}, and both are reported on one night: one of them waits",
        about=new,
        remedy="decide on the family that waits; the other one goes with it",
    )


def missing_finding(ref: MemberRef, *, is_left_out: bool) -> Finding:
    """Somebody is gone without an ending, and is carried, or left out of a full file that ends them by that."""
    so = "the file leaves them out, and so ends them" if is_left_out else "what was last reported stands"
    return Finding(
        "E834-0901",
        Severity.WARNING,
        f"{ref} was reported once and is missing from the snapshot without an end; {so}",
        about=ref,
    )


def not_understood_finding(ref: FamilyRef) -> Finding:
    """No statement in the feed's dialect takes every book that the carrier may have to the desired one."""
    return Finding(
        "E834-0962",
        Severity.ERROR,
        f"family {ref}: no statement in this dialect brings the carrier's book to what is true",
        about=MemberRef(ref.group_id, ref.subscriber_id, ref.subscriber_id),
        remedy="edi834 plan shows it; report it to the carrier by hand, then edi834 baseline FEED rebase --reason …",
    )
