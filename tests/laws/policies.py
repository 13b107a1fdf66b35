"""Policies: every way of telling that leaves what a carrier then holds the same, and how such a carrier reads it.

Rules that change *what* is reported (windows, rounding, limits, absence) are no part of it: what is then held is another
book, and their own tests say which.
"""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from tests.simulated_carrier.agreement import Agreement

__all__ = ["agreement", "policies"]

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "termination": ("hd_and_member", "member_only", "hd_only"),
    "cascade": ("each", "subscriber_only"),
    "cancellation": ("end_on_begin", "end_day_before", "delete"),
    "reinstatement": ("hd_and_member", "member_only", "add_member", "add"),
    "plan_change": ("term_then_add", "simple", "two_transactions"),
    "end_correction": ("correct", "end_again", "reinstate_then_end"),
    "begin_correction": ("correct", "delete_and_add"),
    "open_end": ("omit", "far_future"),
    "ended_coverage": ("once", "days", "plan_year", "since_last_full"),
    "dependents": ("changed_only", "whole_family"),
    "ssn_correction": ("correct", "term_and_add"),
    "sort": ("member_id", "name", "ssn"),
    "transaction_sets": ("members", "group", "family", "member", "file"),
    "split": ("none", "cobra"),
    "full_file": ("covered", "covered_and_changes"),
    "after_rejection": ("upsert", "term_and_add"),
    "tier": ("subscriber_only", "as_is"),
}


def policies() -> st.SearchStrategy[dict[str, str]]:
    """A feed's rules: a few that are not the defaults."""
    chosen = st.sampled_from(sorted(_CHOICES)).flatmap(
        lambda rule: st.tuples(st.just(rule), st.sampled_from(_CHOICES[rule]))
    )
    return st.lists(chosen, max_size=5).map(dict).filter(lambda rules: not _ends_the_family_to_begin_anew(rules))


def _ends_the_family_to_begin_anew(rules: Mapping[str, str]) -> bool:
    """Rules that no feed may have together (E834-0147)."""
    return rules.get("cascade") == "subscriber_only" and "term_and_add" in rules.values()


def agreement(rules: Mapping[str, str]) -> Agreement:
    """How a carrier that asked for these rules reads what it then gets."""
    return Agreement(
        family_ends_with_subscriber=rules.get("cascade") == "subscriber_only",
        day_before_cancels=rules.get("cancellation") == "end_day_before",
        adding_reinstates=rules.get("reinstatement") == "add",
        far_day_is_open=rules.get("open_end") == "far_future",
    )
