"""What each delivered file said of a family, in order, with what was rejected of it: kept by every ledger.

It is a part of the port's contract (``ledger_contract.py``); how a carrier's book is found again by it is
``edi834/book``'s.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from edi834.feed.ledger_port import FamilySending
from edi834.ledger import SqlLedger
from edi834.model import FeedId, TransmissionId
from tests.ledger.builders import (
    FEED,
    a_report,
    answer,
    deliver,
    delivered,
    family,
    intent,
    reported,
    sealed,
    stated,
    uploading,
)

A, B, C = family("e1"), family("e2"), family("e3")
SECOND, THIRD = family("e1", last_name="Second"), family("e1", last_name="Third")


def of(book: SqlLedger, name: str = "e1", feed_id: FeedId = FEED) -> list[FamilySending]:
    """What was said of one family."""
    token = book.token(family(name).ref)
    return list(book.sendings(feed_id, [token]).get(token, ()))


def last_names(sendings: list[FamilySending]) -> list[object]:
    return [one.target.members[0].values["last_name"] for one in sendings]


def refused(sendings: list[FamilySending]) -> list[list[str]]:
    return [sorted(one.rejected) for one in sendings]


class SendingsContract:
    """Inherited by the contract of ledgers."""

    def test_what_each_file_said_is_known_in_the_order_of_sending(self, book: SqlLedger) -> None:
        first = deliver(book, reported(A), reported(B), key="1")
        deliver(book, reported(B), key="2")
        third = deliver(book, reported(SECOND, in_set="0001", also_in=("0002",)), key="3")

        one, other = of(book)
        assert (one.transmission_id, one.sequence, one.target) == (first.transmission_id, 1, A)
        assert (other.transmission_id, other.sequence, other.target) == (third.transmission_id, 3, SECOND)
        assert one.parts == (("0001", stated(A)),)
        assert other.parts == (("0001", stated(SECOND)), ("0002", stated(SECOND)))
        assert (one.rejected, one.corrects, one.is_accepted) == (frozenset(), None, False)
        assert len(of(book, "e2")) == 2

    def test_of_all_families_or_of_those_that_are_asked_for(self, book: SqlLedger) -> None:
        deliver(book, reported(A), reported(B))

        assert set(book.sendings(FEED)) == {book.token(A.ref), book.token(B.ref)}
        assert set(book.sendings(FEED, [book.token(A.ref), "0" * 32])) == {book.token(A.ref)}
        assert book.sendings(FEED, []) == {}
        assert book.sendings(FeedId("bluff-dental")) == {}

    def test_a_file_that_was_not_delivered_said_nothing(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            uploading(book, lease, book.plan(lease, intent(reported(A))))
            assert of(book) == []

    def test_a_voided_file_said_nothing(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            ready = sealed(book, lease, book.plan(lease, intent(reported(A))))
            book.voided(lease, ready.transmission_id, reason="newer snapshot")

        assert of(book) == []

    @pytest.mark.parametrize("letter", ["R", "M", "W", "X"])
    def test_of_a_rejected_set_it_is_known_that_nothing_was_taken(self, book: SqlLedger, letter: str) -> None:
        sent = deliver(book, reported(A), reported(B, in_set="0002"))
        book.answered(answer(sent, "P", sets={"0001": "A", "0002": letter}))

        assert refused(of(book)) == [[]]
        assert refused(of(book, "e2")) == [["0002"]]
        assert [one.as_taken().taken for one in of(book, "e2")] == [()]

    def test_a_file_that_was_rejected_whole_is_known_with_all_its_sets(self, book: SqlLedger) -> None:
        sent = deliver(book, reported(A, also_in=("0002",)))
        book.answered(answer(sent, "R"))

        assert refused(of(book)) == [["0001", "0002"]]

    def test_a_set_accepted_with_errors_was_taken(self, book: SqlLedger) -> None:
        sent = deliver(book, reported(A))
        book.answered(answer(sent, "E", sets={"0001": "E"}))

        assert refused(of(book)) == [[]]

    @pytest.mark.parametrize("newest_first", [False, True])
    def test_a_family_torn_by_a_verdict_is_known_part_by_part_beside_the_file_it_rested_on(
        self, book: SqlLedger, newest_first: bool
    ) -> None:
        first = deliver(book, reported(A), reported(B), key="1")
        second = deliver(book, reported(SECOND, also_in=("0002",)), reported(C, also_in=("0002",)), key="2")
        answers = [answer(first, "R"), answer(second, "P", sets={"0001": "R", "0002": "A"})]

        for one in reversed(answers) if newest_first else answers:
            book.answered(one)

        assert refused(of(book)) == [["0001"], ["0001"]]
        assert [len(one.as_taken().taken) for one in of(book)] == [0, 1]
        assert refused(of(book, "e3")) == [["0001"]]

    def test_what_was_taken_after_a_rejection_is_still_known_when_the_family_counts_again(
        self, book: SqlLedger
    ) -> None:
        first = deliver(book, reported(A), key="1")
        deliver(book, reported(SECOND), key="2")
        book.answered(answer(first, "R"))
        deliver(book, reported(THIRD), key="3")

        assert last_names(of(book))[1:] == ["Second", "Third"]
        assert refused(of(book)) == [["0001"], [], []]

    def test_a_correction_is_known_with_the_file_that_it_corrects(self, book: SqlLedger) -> None:
        first = deliver(book, reported(A), key="1")
        book.answered(answer(first, "R"))
        deliver(book, reported(SECOND), key="2", purpose="resubmission", original=first.transmission_id)

        assert [one.corrects for one in of(book)] == [None, first.transmission_id]

    def test_a_copy_for_looking_at_said_nothing(self, book: SqlLedger) -> None:
        first = deliver(book, reported(A), key="1")
        deliver(book, reported(A), key="copy", purpose="copy", original=first.transmission_id)

        assert [one.transmission_id for one in of(book)] == [first.transmission_id]

    def test_what_a_person_took_as_reported_is_known_as_that(self, book: SqlLedger) -> None:
        deliver(book, reported(A), key="1")
        with book.lease(FEED) as lease:
            book.accept(lease, intent(replace(reported(SECOND), parts=()), key="2"), reason="taken over")

        assert [(one.is_accepted, one.parts == ()) for one in of(book)] == [(False, False), (True, True)]
        assert last_names(of(book))[-1] == "Second"

    def test_an_item_of_a_worklist_is_taken_when_it_is_done(self, book: SqlLedger) -> None:
        sent = deliver(book, reported(A), reported(B, in_set="0002"), per_item=True)
        book.item_done(sent.transmission_id, "0001", confirmation="entered")

        assert refused(of(book)) == [[]]
        assert refused(of(book, "e2")) == [["0002"]]

    def test_of_a_person_whom_a_report_rejects_nothing_of_the_file_was_taken(self, book: SqlLedger) -> None:
        deliver(book, reported(A), reported(B), key="1")
        second = deliver(book, reported(SECOND), key="2")
        book.member_report(a_report("e1"))

        assert refused(of(book)) == [[], ["0001"]]
        assert refused(of(book, "e2")) == [[]]
        assert TransmissionId(second.transmission_id) == of(book)[-1].transmission_id

    def test_of_a_family_of_which_a_report_rejects_one_member_the_others_may_have_been_taken(
        self, book: SqlLedger
    ) -> None:
        deliver(book, reported(family("e1", people=3)))
        book.member_report(a_report("e1"))

        (one,) = of(book)
        assert (one.rejected, one.is_doubtful, one.as_taken().is_doubtful) == (frozenset(), True, True)

    def test_what_a_person_took_back_of_a_file_was_not_taken(self, book: SqlLedger) -> None:
        sent = deliver(book, reported(A))
        with book.lease(FEED) as lease:
            assert book.rolled_back(lease, sent.transmission_id, reason="the carrier never loaded it") == 1

        assert refused(of(book)) == [["0001"]]

    def test_families_are_read_back_as_they_were_said(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            planned = book.plan(lease, intent(reported(family("e1", people=3), also_in=("0002",))))
            assert [one.parts for one in book.families_of(planned.transmission_id)] == [
                (("0001", stated(family("e1", people=3))), ("0002", stated(family("e1", people=3))))
            ]
            delivered(book, lease, planned)
