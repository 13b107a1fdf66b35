"""The shadow carrier: the files that were taken, read again, lead to the baseline, or it is said where they do not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import cast

import pytest

from edi834.book import Dialect, FamilyStatement, same_family
from edi834.feed.ledger_port import FamilySending, Ledger, ReportedFamily
from edi834.feed.shadow import audit_books, books_differ_finding, differing
from edi834.grants import ReleasedFamily
from edi834.model import FamilyRef, FeedId, TransmissionId
from tests.book.families import TODAY, covered, family, jane, sam, story

FEED = FeedId("northstar-medical")
MAPPING = "m" * 64
HIRED = family(jane(covered()))
WITH_SAM = family(jane(covered()), sam(covered("2026-11-01")))
ENDED = family(jane(covered(end="2026-11-30")))


def said(before: ReleasedFamily | None, now: ReleasedFamily) -> FamilyStatement:
    statement = story(before, now).statement
    assert statement is not None
    return statement


def sent(number: int, statement: FamilyStatement, **how: object) -> FamilySending:
    one = FamilySending(
        TransmissionId(f"{number:09}"),
        number,
        statement.target,
        (("0001", statement),),
        frozenset(),
        mapping_digest=MAPPING,
    )
    return one if not how else _with(one, how)


def _with(one: FamilySending, how: Mapping[str, object]) -> FamilySending:
    values = {name: getattr(one, name) for name in FamilySending.__dataclass_fields__}
    return FamilySending(**{**values, **how})  # type: ignore[arg-type]


class Kept:
    """What a ledger keeps of one family."""

    def __init__(self, baseline: ReleasedFamily, *sendings: FamilySending) -> None:
        self._base = ReportedFamily(baseline, b"digest", sendings[-1].transmission_id, TODAY)
        self._sendings = sendings

    def token(self, ref: FamilyRef) -> str:
        return str(ref)

    def baseline_digests(self, feed_id: FeedId) -> Mapping[str, bytes]:
        return {str(self._base.family.ref): self._base.digest}

    def baseline(self, feed_id: FeedId, tokens: Collection[str]) -> Mapping[str, ReportedFamily]:
        return {str(self._base.family.ref): self._base}

    def sendings(self, feed_id: FeedId, tokens: Collection[str]) -> Mapping[str, Sequence[FamilySending]]:
        return {str(self._base.family.ref): self._sendings}


def audited(baseline: ReleasedFamily, *sendings: FamilySending) -> list[tuple[str, str, str]]:
    ledger = cast("Ledger", Kept(baseline, *sendings))
    found = audit_books(ledger, FEED, Dialect(), MAPPING)
    assert (found.families, found.files) == (1, len(sendings))
    return [(one.member.member_id, one.field, one.transmission_id) for one in found.differences]


def test_the_files_that_were_taken_lead_to_the_baseline() -> None:
    assert audited(WITH_SAM, sent(1, said(None, HIRED)), sent(2, said(HIRED, WITH_SAM))) == []


@pytest.mark.parametrize(
    ("baseline", "member", "field"),
    [
        (ENDED, "E1", "coverage.end_date of medical"),
        (family(jane(covered(), last_name="Roe")), "E1", "member.last_name"),
        (family(jane(covered(plan_code="HMO1"))), "E1", "coverage.plan_code of medical"),
        (WITH_SAM, "E1-2", "coverage.effective_date of medical"),
    ],
)
def test_a_difference_names_the_member_the_field_and_the_file(
    baseline: ReleasedFamily, member: str, field: str
) -> None:
    assert audited(baseline, sent(1, said(None, HIRED))) == [(member, field, "000000001")]


def test_a_set_that_was_rejected_leads_nowhere() -> None:
    rejected = sent(2, said(HIRED, WITH_SAM), rejected=frozenset({"0001"}))

    assert audited(HIRED, sent(1, said(None, HIRED)), rejected) == []
    assert audited(WITH_SAM, sent(1, said(None, HIRED)), rejected) != []


def test_what_a_person_took_as_reported_counts_without_a_file() -> None:
    accepted = sent(2, said(HIRED, WITH_SAM), is_accepted=True, parts=())

    assert audited(WITH_SAM, sent(1, said(None, HIRED)), accepted) == []


def test_a_file_of_an_earlier_mapping_is_taken_as_it_was_meant() -> None:
    unlike = said(HIRED, ENDED)
    earlier = sent(1, unlike, target=WITH_SAM, mapping_digest="0" * 64)
    found = audit_books(cast("Ledger", Kept(WITH_SAM, earlier)), FEED, Dialect(), MAPPING)

    assert (found.differences, found.of_earlier_mappings) == ((), 1)


def test_a_run_states_a_family_that_differs_so_that_either_book_becomes_right() -> None:
    ledger = cast("Ledger", Kept(ENDED, sent(1, said(None, HIRED))))
    token = str(HIRED.ref)
    counting = ledger.baseline(FEED, [token])
    ((ref, (difference, books)),) = differing(ledger, FEED, counting, [token], Dialect(), MAPPING).items()

    assert ref == HIRED.ref
    assert [any(same_family(book, known, Dialect()) for book in books) for known in (HIRED, ENDED)] == [True, True]
    assert books_differ_finding(difference).code == "E834-0963"
