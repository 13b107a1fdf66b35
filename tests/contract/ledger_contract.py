"""What every ledger keeps, whatever database is under it: the port's contract as a suite.

A driver's tests inherit :class:`LedgerContract` and give the fixture ``book``; whoever opens the same ledger again,
as another machine would, asks the fixture ``reopened``.
What each file said, and what was rejected of it, is ``sendings_contract.py``'s; what only one database can do wrong is
tested beside the driver.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from edi834.errors import (
    ConfigurationError,
    HeldError,
    LockedError,
    NothingMatchesError,
    UnexpectedError,
    UsageError,
)
from edi834.feed.ledger_port import (
    EnvelopeKey,
    Fault,
    FeedMemory,
    Lease,
    ReportTaken,
    State,
    Transmission,
)
from edi834.feed.ports import Phase
from edi834.ledger import SqlLedger
from edi834.model import FeedId, GroupId, MemberId, TransmissionId
from tests.contract.sendings_contract import SendingsContract
from tests.ledger.builders import (
    CANARY,
    ENVELOPE,
    FEED,
    Hands,
    a_report,
    answer,
    deliver,
    delivered,
    family,
    intent,
    names,
    receipt,
    reported,
    sealed,
    sealed_bytes,
    uploading,
)

A, B, C = family("e1"), family("e2"), family("e3")
OTHER = FeedId("bluff-dental")
Reopen = Callable[..., SqlLedger]


class LedgerContract(SendingsContract):
    """Inherited once for each database."""

    # --- planning ---------------------------------------------------------------------------------------------------

    def test_a_planned_file_has_its_number_reference_and_name(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            template = "{reference}_{sequence}_{control_number}.pgp"
            planned = book.plan(lease, intent(reported(A), remote_name_template=template))

        assert (planned.state, planned.sequence, planned.control_number) == (State.PLANNED, 1, 1)
        assert planned.reference == "NORTHSTAR-MEDICAL-000001"
        assert planned.remote_name == "NORTHSTAR-MEDICAL-000001_000001_000000001.pgp"
        assert planned == book.open_transmission(FEED) == book.find(planned.transmission_id[:5])
        assert planned.envelope == ENVELOPE
        assert [(each.number, each.members, each.families, each.verdict) for each in planned.sets] == [
            ("0001", 1, 1, None)
        ]

    def test_the_same_intent_is_planned_once(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            first = book.plan(lease, intent(reported(A)))
            again = book.plan(lease, intent(reported(A)))

            assert first == again

            sent = delivered(book, lease, first)

            assert book.plan(lease, intent(reported(A))) == sent
        assert len(book.transmissions(FEED)) == 1

    @pytest.mark.parametrize("end", ["voided", "rejected", "changed back"])
    def test_an_intent_that_recurs_is_a_new_one(self, book: SqlLedger, end: str) -> None:
        with book.lease(FEED) as lease:
            first = book.plan(lease, intent(reported(A)))
            if end == "voided":
                book.voided(lease, first.transmission_id, reason="test")
            else:
                first = delivered(book, lease, first)
            if end == "rejected":
                book.answered(answer(first, "R"))
            if end == "changed back":
                delivered(book, lease, book.plan(lease, intent(reported(B), key="night 2")))
            again = book.plan(lease, intent(reported(A)))

        assert again.transmission_id != first.transmission_id
        assert again.control_number == again.sequence

    def test_a_feed_has_one_open_transmission(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            book.plan(lease, intent(reported(A)))

            with pytest.raises(HeldError) as refusal:
                book.plan(lease, intent(reported(B), key="night 2"))

        assert refusal.value.code == "E834-0714"
        assert len(book.transmissions(FEED)) == 1

    def test_two_feeds_of_one_sender_and_receiver_share_the_numbers(self, book: SqlLedger) -> None:
        first = deliver(book, reported(A))
        second = deliver(book, reported(A), feed_id=OTHER)
        third = deliver(book, reported(A), feed_id=OTHER, key="2", envelope=EnvelopeKey("30", "1", "ZZ", "ELSEWHERE"))

        assert [first.control_number, second.control_number, third.control_number] == [1, 2, 1]
        assert [first.sequence, second.sequence, third.sequence] == [1, 1, 2]

    def test_a_held_intent_takes_its_number_when_it_is_released(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            held = book.plan(lease, intent(reported(A), held="terminations 14 % > 10 %"))
            deliver(book, reported(A), feed_id=OTHER)

            assert (held.state, held.held_from, held.control_number) == (State.HELD, State.PLANNED, None)
            assert held.remote_name == "NS_834_{control_number}.pgp"

            released = book.released(lease, held.transmission_id, reason="West closed")

            assert (released.state, released.control_number) == (State.PLANNED, 2)
            assert released.remote_name == "NS_834_000000002.pgp"
            assert released.held_reason is None

    def test_a_number_that_was_voided_is_never_taken_again(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            first = book.plan(lease, intent(reported(A)))
            book.voided(lease, first.transmission_id, reason="newer snapshot")
            second = book.plan(lease, intent(reported(A)))

        assert (first.control_number, second.control_number) == (1, 2)
        assert [each.state for each in book.transmissions(FEED)] == [State.PLANNED, State.VOIDED]

    def test_after_the_last_number_comes_the_first_if_it_is_free(self, book: SqlLedger) -> None:
        book.start_numbers(ENVELOPE, after=999_999_998, reason="taken over")
        last = deliver(book, reported(A), key="1")

        assert last.control_number == 999_999_999
        assert [finding.code for finding in book.number_findings(FEED)] == ["E834-0711"]

        first = deliver(book, reported(A), key="2")

        assert first.control_number == 1

    def test_a_number_that_was_used_before_the_wrap_is_refused(self, book: SqlLedger) -> None:
        deliver(book, reported(A), key="1")
        book.start_numbers(ENVELOPE, after=999_999_999, reason="to the end")

        with pytest.raises(HeldError) as refusal, book.lease(FEED) as lease:
            book.plan(lease, intent(reported(A), key="2"))

        assert refusal.value.code == "E834-0710"
        assert len(book.transmissions(FEED)) == 1

    def test_numbers_cannot_be_started_below_what_was_used(self, book: SqlLedger) -> None:
        book.start_numbers(ENVELOPE, after=500, reason="taken over")
        assert deliver(book, reported(A)).control_number == 501

        for after in (0, 400, 501, 1_000_000_000):
            with pytest.raises(ConfigurationError):
                book.start_numbers(ENVELOPE, after=after, reason="oops")
        assert book.number_findings(FEED) == ()

    def test_a_remote_name_of_unknown_parts_is_refused(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease, pytest.raises(ConfigurationError):
            book.plan(lease, intent(reported(A), remote_name_template="{date}.pgp"))

        assert book.transmissions(FEED) == []

    def test_a_finished_intent_is_rendered_from_what_was_planned(self, book: SqlLedger) -> None:
        families = (reported(B, in_set="0001"), reported(A, in_set="0001"), reported(C, in_set="0002"))
        with book.lease(FEED) as lease:
            planned = book.plan(lease, intent(*families))

        assert book.families_of(planned.transmission_id) == list(families)

    def test_a_file_that_tells_nobody_can_be_planned(self, book: SqlLedger) -> None:
        sent = deliver(book)

        assert sent.sets == ()
        assert book.families_of(sent.transmission_id) == []

    # --- states -----------------------------------------------------------------------------------------------------

    def test_a_file_goes_from_plan_to_delivery(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            planned = book.plan(lease, intent(reported(A)))
            up = uploading(book, lease, planned)

            assert (up.state, up.attempts, up.phase) == (State.UPLOADING, 1, None)
            assert up.sealed_sha256 == hashlib.sha256(sealed_bytes(planned)).hexdigest()
            assert book.sealed_content(planned.transmission_id) == sealed_bytes(planned)

            book.phase(lease, planned.transmission_id, Phase.RENAME_SENT)
            sent = book.delivered(lease, planned.transmission_id, receipt(planned))

        assert (sent.state, sent.phase, sent.receipt) == (State.DELIVERED, Phase.RENAME_SENT, receipt(planned))
        assert book.open_transmission(FEED) is None

    def test_a_failed_upload_is_tried_again(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            up = uploading(book, lease, book.plan(lease, intent(reported(A))))
            failed = book.upload_failed(lease, up.transmission_id, error="E834-0801")

            assert (failed.state, failed.last_error) == (State.SEALED, "E834-0801")

            again = book.uploading(lease, up.transmission_id)

            assert (again.attempts, again.phase) == (2, None)

    @pytest.mark.parametrize(("arrived", "state"), [(True, State.DELIVERED), (False, State.SEALED)])
    def test_what_is_in_doubt_is_settled_by_a_person(self, book: SqlLedger, arrived: bool, state: State) -> None:
        with book.lease(FEED) as lease:
            up = uploading(book, lease, book.plan(lease, intent(reported(A))))
            book.phase(lease, up.transmission_id, Phase.RENAME_SENT)
            doubtful = book.in_doubt(lease, up.transmission_id)

            assert doubtful.state is State.IN_DOUBT
            assert names(book, [A]) == []

            settled = book.settled(lease, up.transmission_id, arrived=arrived, reason="asked them")

        assert settled.state is state
        assert names(book, [A]) == (["e1"] if arrived else [])

    def test_what_is_in_doubt_may_be_found_delivered(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            up = uploading(book, lease, book.plan(lease, intent(reported(A))))
            book.in_doubt(lease, up.transmission_id)
            sent = book.delivered(lease, up.transmission_id, receipt(up, proof="found"))

        assert sent.state is State.DELIVERED

    def test_what_is_held_returns_to_where_it_was_held_from(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            ready = sealed(book, lease, book.plan(lease, intent(reported(A))))
            held = book.held(lease, ready.transmission_id, reason="key expired")
            again = book.held(lease, ready.transmission_id, reason="still expired")

            assert (held.held_from, again.held_from, again.held_reason) == (State.SEALED, State.SEALED, "still expired")

            released = book.released(lease, ready.transmission_id, reason="new key")

            assert (released.state, released.held_from, released.control_number) == (State.SEALED, None, 1)

    def test_what_may_have_arrived_is_settled_before_it_is_voided(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            up = uploading(book, lease, book.plan(lease, intent(reported(A))))
            book.phase(lease, up.transmission_id, Phase.RENAME_SENT)
            book.held(lease, up.transmission_id, reason="other bytes stand under the name")

            with pytest.raises(UsageError):
                book.voided(lease, up.transmission_id, reason="give up")

            lost = book.settled(lease, up.transmission_id, arrived=False, reason="not ours")

            assert (lost.state, lost.held_reason) == (State.SEALED, None)
            assert book.voided(lease, up.transmission_id, reason="give up").state is State.VOIDED

    @pytest.mark.parametrize("arrived", [True, False])
    def test_only_what_is_in_doubt_is_settled(self, book: SqlLedger, arrived: bool) -> None:
        with book.lease(FEED) as lease:
            held = book.plan(lease, intent(reported(A), held="guard"))

            with pytest.raises(UsageError):
                book.settled(lease, held.transmission_id, arrived=arrived, reason="?")

    def test_what_was_delivered_is_not_voided_held_or_sent_again(self, book: SqlLedger) -> None:
        sent = deliver(book, reported(A))
        lines = len(book.trail())

        with book.lease(FEED) as lease:
            for late in (
                lambda: book.voided(lease, sent.transmission_id, reason="no"),
                lambda: book.held(lease, sent.transmission_id, reason="no"),
                lambda: book.released(lease, sent.transmission_id, reason="no"),
                lambda: book.uploading(lease, sent.transmission_id),
                lambda: book.in_doubt(lease, sent.transmission_id),
                lambda: book.phase(lease, sent.transmission_id, Phase.WRITING),
                lambda: book.delivered(lease, sent.transmission_id, receipt(sent)),
            ):
                with pytest.raises(UsageError):
                    late()

        assert book.find(sent.transmission_id) == sent
        assert len(book.trail()) == lines

    def test_a_receipt_for_other_bytes_delivers_nothing(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            up = uploading(book, lease, book.plan(lease, intent(reported(A))))

            with pytest.raises(UnexpectedError):
                book.delivered(lease, up.transmission_id, receipt(up, b"other bytes"))

            assert book.find(up.transmission_id).state is State.UPLOADING

    def test_bytes_with_another_digest_are_not_sealed(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            planned = book.plan(lease, intent(reported(A)))
            with pytest.raises(UnexpectedError):
                book.sealed(
                    lease,
                    planned.transmission_id,
                    content=b"x",
                    sha256="0" * 64,
                    recipient_key=None,
                    unsealed_reason="paper",
                )
            with pytest.raises(UsageError):
                book.sealed_content(planned.transmission_id)

    def test_another_feeds_lease_moves_nothing(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease, book.lease(OTHER) as other:
            planned = book.plan(lease, intent(reported(A)))

            with pytest.raises(NothingMatchesError):
                book.voided(other, planned.transmission_id, reason="not mine")
            with pytest.raises(ConfigurationError):
                book.plan(other, intent(reported(A), key="night 2"))

    def test_transmissions_are_found_by_the_beginning_of_their_id(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            sent = [_voided(book, lease, str(number)) for number in range(17)]

        assert book.find(sent[3].transmission_id) == sent[3]
        assert list(book.transmissions(FEED)) == sent[::-1]
        for prefix in ("", "zz", "%", sent[0].transmission_id + "0", _shared_beginning(sent)):
            with pytest.raises(NothingMatchesError):
                book.find(prefix)
        with pytest.raises(NothingMatchesError):
            book.families_of(TransmissionId("nothing"))

    def test_the_same_bytes_sent_again_are_one_more_attempt_and_nothing_else(self, book: SqlLedger) -> None:
        sent = deliver(book, reported(A))
        with book.lease(FEED) as lease:
            again = book.resending(lease, sent.transmission_id, reason="they lost it, 900-12-6789")
            planned = book.plan(lease, intent(reported(B), key="night 2"))
            with pytest.raises(UsageError):
                book.resending(lease, planned.transmission_id, reason="too early")

        assert (again.state, again.attempts) == (State.DELIVERED, sent.attempts + 1)
        assert again.control_number == sent.control_number
        assert book.trail(sent.transmission_id)[-1].detail["reason"] == "they lost it, ***-**-6789"

        duplicate = book.answered(answer(sent, "R", kind="TA1", note="025"))

        assert duplicate is not None
        assert duplicate.state is State.DELIVERED

    def test_an_approval_is_of_one_plan_of_one_feed(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            held = book.plan(lease, intent(reported(A), held="terminations 14 % > 10 %"))
        assert book.approved_plans(FEED) == frozenset()

        book.approve(held.transmission_id, reason="West closed")

        assert book.approved_plans(FEED) == {held.plan_digest}
        assert book.approved_plans(OTHER) == frozenset()

    # --- the baseline -----------------------------------------------------------------------------------------------

    def test_the_people_of_the_baseline_are_counted(self, book: SqlLedger) -> None:
        deliver(book, reported(family("e1", people=3)), reported(B), key="1")
        deliver(book, reported(family("e1", people=2)), key="2")

        assert book.held_members(FEED) == 3
        assert book.held_members(OTHER) == 0

    def test_the_baseline_moves_only_by_delivery(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            planned = book.plan(lease, intent(reported(A)))
            uploading(book, lease, planned)

            assert book.baseline_digests(FEED) == {}

            book.delivered(lease, planned.transmission_id, receipt(planned))

        token = book.token(A.ref)
        assert book.baseline_digests(FEED) == {token: reported(A).digest}
        known = book.baseline(FEED, [token, "0" * 32])
        assert list(known) == [token]
        assert (known[token].family, known[token].transmission_id) == (A, planned.transmission_id)
        assert known[token].reported_on == date(2026, 11, 22)
        assert book.baseline_digests(OTHER) == {}

    def test_the_newest_telling_counts(self, book: SqlLedger) -> None:
        married = family("e1", last_name="Newname")
        deliver(book, reported(A), reported(B), key="1")
        deliver(book, reported(married), key="2")

        known = book.baseline(FEED, [book.token(A.ref), book.token(B.ref)])

        assert known[book.token(A.ref)].family == married
        assert known[book.token(B.ref)].family == B

    def test_a_voided_file_reported_nothing(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            ready = sealed(book, lease, book.plan(lease, intent(reported(A))))
            book.voided(lease, ready.transmission_id, reason="newer snapshot")

        assert book.baseline_digests(FEED) == {}

    def test_everything_one_person_was_part_of_is_one_question(self, book: SqlLedger) -> None:
        deliver(book, reported(family("e1", people=3)), key="1")
        deliver(book, reported(B), key="2")
        last = deliver(book, reported(family("e1", people=2)), key="3")
        book.answered(answer(last, "R"))

        child = book.history(GroupId("acme"), MemberId("e1-1"))

        assert [(each.counts, each.state, len(each.family.members)) for each in child] == [
            (True, State.DELIVERED, 3),
            (False, State.REJECTED, 2),
        ]
        assert len(book.history(GroupId("acme"), MemberId("e1-2"))) == 1
        assert book.history(GroupId("acme"), MemberId("nobody")) == []

    # --- answers ----------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("letter", ["A", "E"])
    def test_a_file_accepted_set_by_set_is_acknowledged(self, book: SqlLedger, letter: str) -> None:
        sent = deliver(book, reported(A, in_set="0001"), reported(B, in_set="0002"))

        answered = book.answered(answer(sent, letter, sets={"0001": letter, "0002": "A"}))

        assert answered is not None
        assert answered.state is State.ACKNOWLEDGED
        assert [each.verdict for each in answered.sets] == [letter, "A"]
        assert answered.acknowledged_at is not None
        assert names(book, [A, B]) == ["e1", "e2"]

    @pytest.mark.parametrize("letter", ["R", "M", "W", "X"])
    def test_a_rejected_set_reverts_exactly_its_own_families(self, book: SqlLedger, letter: str) -> None:
        sent = deliver(book, reported(A, in_set="0001"), reported(B, in_set="0002"))

        answered = book.answered(answer(sent, "P", sets={"0001": "A", "0002": letter}))

        assert answered is not None
        assert answered.state is State.PARTLY_REJECTED
        assert names(book, [A, B]) == ["e1"]

    def test_a_rejected_group_is_rejected_whole(self, book: SqlLedger) -> None:
        sent = deliver(book, reported(A, in_set="0001"), reported(B, in_set="0002"))

        answered = book.answered(answer(sent, "R"))

        assert answered is not None
        assert answered.state is State.REJECTED
        assert names(book, [A, B]) == []

    def test_a_rejection_reverts_what_was_reported_later_of_the_same_family(self, book: SqlLedger) -> None:
        deliver(book, reported(A), reported(B), key="1")
        second = deliver(book, reported(family("e1", last_name="Second")), key="2")
        deliver(book, reported(family("e1", last_name="Third")), reported(C), key="3")

        book.answered(answer(second, "R"))

        known = book.baseline(FEED, [book.token(each.ref) for each in (A, B, C)])
        assert known[book.token(A.ref)].family == A
        assert names(book, [A, B, C]) == ["e1", "e2", "e3"]
        assert book.rejected_families(FEED) == {book.token(A.ref)}

        deliver(book, reported(family("e1", last_name="Fourth")), key="4")

        assert book.rejected_families(FEED) == frozenset()

    def test_a_family_counts_as_rejected_until_something_is_reported_of_it_that_counts(self, book: SqlLedger) -> None:
        first = deliver(book, reported(A), reported(B, in_set="0002"), key="1")

        assert book.rejected_families(FEED) == frozenset()
        book.answered(answer(first, "P", sets={"0001": "R", "0002": "A"}))
        assert book.rejected_families(FEED) == {book.token(A.ref)}

        with book.lease(FEED) as lease:
            planned = book.plan(lease, intent(reported(A), key="2"))
            assert book.rejected_families(FEED) == {book.token(A.ref)}  # a plan tells nobody anything
            delivered(book, lease, planned)
        assert book.rejected_families(FEED) == frozenset()

    def test_a_family_that_is_stated_as_it_was_stays_rejected(self, book: SqlLedger) -> None:
        """A full file states a family that is on hold as the carrier has it, and settles nothing by that."""
        deliver(book, reported(A), reported(B), key="1")
        second = deliver(book, reported(family("e1", last_name="Second")), key="2")
        book.answered(answer(second, "R"))

        full = deliver(book, replace(reported(A), settles=False), replace(reported(B), settles=False), key="3")

        assert book.rejected_families(FEED) == {book.token(A.ref)}
        known = book.baseline(FEED, [book.token(A.ref), book.token(B.ref)])
        assert known[book.token(A.ref)].transmission_id != full.transmission_id
        assert known[book.token(B.ref)].transmission_id == full.transmission_id
        assert [len(one.as_taken().taken) for one in book.sendings(FEED)[book.token(A.ref)]] == [1, 0, 1]

    @pytest.mark.parametrize("refused", ["0001", "0002"])
    def test_a_family_of_which_one_set_was_taken_and_one_rejected_does_not_count(
        self, book: SqlLedger, refused: str
    ) -> None:
        """One set a member (eMedNY, the exchanges): the carrier holds a part of what no longer counts."""
        split = reported(A, also_in=("0002",))
        verdicts = {"0001": "A", "0002": "A", "0003": "R"} | {refused: "R"}
        sent = deliver(book, split, reported(B, in_set="0003"))

        book.answered(answer(sent, "P", sets=verdicts))

        assert names(book, [A, B]) == []
        assert book.rejected_families(FEED) == {book.token(A.ref), book.token(B.ref)}
        (sending,) = book.sendings(FEED)[book.token(A.ref)]
        assert (sending.rejected, len(sending.as_taken().taken)) == ({refused}, 1)

    def test_what_was_reported_again_falls_with_a_rejection_that_was_not_known_then(self, book: SqlLedger) -> None:
        """N and N+1 reported the family; N was rejected, N+2 reported it as if N+1 was taken; then N+1 is rejected."""
        first = deliver(book, reported(A), key="1")
        second = deliver(book, reported(family("e1", last_name="Second")), key="2")
        book.answered(answer(first, "R"))
        deliver(book, reported(family("e1", last_name="Third")), key="3")
        assert names(book, [A]) == ["e1"]

        book.answered(answer(second, "R"))

        assert names(book, [A]) == []
        assert book.rejected_families(FEED) == {book.token(A.ref)}

    def test_the_second_set_of_a_family_that_is_rejected_after_the_first(self, book: SqlLedger) -> None:
        """One 999 for each set: what was reported between the two rests on the second."""
        sent = deliver(book, reported(A, also_in=("0002",)), reported(B, in_set="0003"), key="1")
        book.answered(answer(sent, "P", sets={"0001": "R"}))
        deliver(book, reported(family("e1", last_name="Second")), key="2")

        book.answered(answer(sent, "P", sets={"0002": "R", "0003": "A"}))

        assert names(book, [A, B]) == ["e2"]
        assert book.rejected_families(FEED) == {book.token(A.ref)}

    def test_a_file_on_its_way_does_not_count_for_a_family_that_is_reverted_meanwhile(self, book: SqlLedger) -> None:
        first = deliver(book, reported(A), reported(B), key="1")
        with book.lease(FEED) as lease:
            up = uploading(book, lease, book.plan(lease, intent(reported(family("e1", last_name="Second")), key="2")))
            book.answered(answer(first, "P", sets={"0001": "R"}))
            book.delivered(lease, up.transmission_id, receipt(up))

        assert names(book, [A, B]) == []
        assert book.rejected_families(FEED) == {book.token(A.ref), book.token(B.ref)}
        assert [len(one.as_taken().taken) for one in book.sendings(FEED)[book.token(A.ref)]] == [0, 1]

    def test_an_answer_to_nothing_of_ours_is_kept_and_moves_nothing(self, book: SqlLedger) -> None:
        sent = deliver(book, reported(A))
        foreign = (
            answer(sent, "R", control_number=77),
            answer(sent, "R", envelope=EnvelopeKey("30", "943274405", "ZZ", "SOMEONE")),
            answer(sent, "R", sets={"0009": "R"}),
        )

        for verdict in foreign:
            assert book.answered(verdict) is None
            assert book.answered(verdict) is None

        assert book.find(sent.transmission_id) == sent
        assert [line.action for line in book.trail()].count("unmatched") == len(foreign)

    def test_a_voided_number_is_not_revived_by_an_answer(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            planned = book.plan(lease, intent(reported(A)))
            book.voided(lease, planned.transmission_id, reason="test")

        assert book.answered(answer(planned, "A", sets={"0001": "A"})) is None
        assert book.find(planned.transmission_id).state is State.VOIDED

    def test_an_answer_that_came_too_early_is_taken_by_the_next_run(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            up = uploading(book, lease, book.plan(lease, intent(reported(A))))
            early = answer(up, "R", sets={"0001": "R"})

            assert book.answered(early) is None

            book.delivered(lease, up.transmission_id, receipt(up))
        with book.lease(FEED):
            assert book.find(up.transmission_id).state is State.REJECTED

        again = book.answered(early)
        assert again is not None
        assert again.state is State.REJECTED

    def test_an_information_copy_never_counts_whatever_becomes_of_it(self, book: SqlLedger) -> None:
        first = deliver(book, reported(A), reported(B), key="1")
        second = deliver(book, reported(family("e1", last_name="Second")), key="2")
        book.answered(answer(first, "R", sets={"0001": "R"}))
        copy = deliver(book, reported(A), reported(B), key="copy", purpose="copy", original=first.transmission_id)
        third = deliver(book, reported(family("e1", last_name="Third")), key="3")

        assert names(book, [A, B]) == ["e1"]
        book.answered(answer(copy, "R"))

        known = book.baseline(FEED, [book.token(A.ref)])
        assert known[book.token(A.ref)].transmission_id == third.transmission_id
        assert book.rejected_families(FEED) == {book.token(B.ref)}
        assert second.original is None
        assert book.find(copy.transmission_id).original == first.transmission_id
        assert [d.counts for d in book.history(GroupId("acme"), MemberId("e2"))] == [False, False]

    def test_a_family_reported_in_several_sets_knows_them_all(self, book: SqlLedger) -> None:
        split = reported(A, also_in=("0002",))

        sent = deliver(book, split, reported(B, in_set="0003"))

        assert book.families_of(sent.transmission_id) == [split, reported(B, in_set="0003")]

    def test_what_an_answer_complains_of_is_kept_with_whom_it_is_about(self, book: SqlLedger) -> None:
        index = {"0001": [(4, A.members[0].ref), (9, None)]}
        with book.lease(FEED) as lease:
            planned = book.plan(lease, intent(reported(A)))
            assert book.whereabouts(planned.transmission_id) == {}
            delivered(book, lease, planned, whereabouts=index)
        fault = Fault("0001", 5, "NM1", "2100", "8", ("03 1",))
        verdict = answer(planned, "R", sets={"0001": "R"}, faults=(fault,))
        book.answered(verdict)

        assert book.answers_to(planned.transmission_id) == [verdict]
        assert book.whereabouts(planned.transmission_id) == index
        with book.lease(FEED):
            pass  # a new run clears its spool
        assert book.whereabouts(planned.transmission_id) == index

    def test_a_report_reverts_the_families_it_rejects_and_the_file_keeps_its_state(self, book: SqlLedger) -> None:
        sent = deliver(book, reported(A), reported(B), reported(C))
        book.answered(answer(sent, "A"))

        taken = book.member_report(a_report("e2", "nobody"))

        assert (taken.is_new, dict(taken.reverted)) == (True, {sent.transmission_id: 1})
        assert [verdict.row for verdict in taken.unmatched] == [2]
        assert names(book, [A, B, C]) == ["e1", "e3"]
        assert book.find(sent.transmission_id).state is State.ACKNOWLEDGED
        assert book.rejected_families(FEED) == {book.token(B.ref)}
        assert book.answers_to(sent.transmission_id)[0].kind == "999"
        assert book.verify_trail() is None

    def test_the_same_report_twice_is_one_report(self, book: SqlLedger, reopened: Reopen) -> None:
        deliver(book, reported(A), key="1")
        book.member_report(a_report("e1"))
        again = deliver(book, reported(A), key="2")

        for ledger in (book, reopened()):
            assert ledger.member_report(a_report("e1")) == ReportTaken(is_new=False)
        assert book.baseline(FEED, [book.token(A.ref)])[book.token(A.ref)].transmission_id == again.transmission_id
        assert not book.member_report(a_report("nobody")).reverted
        assert not book.member_report(a_report("nobody")).is_new

    @pytest.mark.parametrize("named", ["reference", "control_number"])
    def test_a_report_on_a_file_reverts_from_that_file_on(self, book: SqlLedger, named: str) -> None:
        first = deliver(book, reported(A), reported(B), key="1")
        second = deliver(book, reported(family("e1", last_name="Second")), key="2")

        taken = book.member_report(a_report("e1", file=str(getattr(first, named))))

        assert dict(taken.reverted) == {first.transmission_id: 1}
        assert names(book, [A, B]) == ["e2"]
        assert book.member_report(a_report("e2", file=second.reference)).unmatched
        assert names(book, [A, B]) == ["e2"]

    def test_a_report_on_a_file_that_fell_with_an_older_one_says_what_was_not_taken(self, book: SqlLedger) -> None:
        first = deliver(book, reported(A), key="1")
        second = deliver(book, reported(family("e1", last_name="Second")), key="2")
        book.answered(answer(first, "R"))
        deliver(book, reported(family("e1", last_name="Third")), key="3")

        taken = book.member_report(a_report("e1", file=second.reference))

        assert dict(taken.reverted) == {second.transmission_id: 1}
        assert names(book, [A]) == []
        assert [len(one.as_taken().taken) for one in book.sendings(FEED)[book.token(A.ref)]] == [0, 0, 1]

    def test_a_report_speaks_of_its_own_feed_only(self, book: SqlLedger) -> None:
        deliver(book, reported(A), key="1")

        assert book.member_report(replace(a_report("e1"), feed_id=OTHER)).unmatched
        assert names(book, [A]) == ["e1"]

    def test_the_same_answer_twice_is_one_answer(self, book: SqlLedger) -> None:
        sent = deliver(book, reported(A))
        first = book.answered(answer(sent, "A", sets={"0001": "A"}))
        lines = len(book.trail())

        assert book.answered(answer(sent, "A", sets={"0001": "A"})) == first
        assert len(book.trail()) == lines

    @pytest.mark.parametrize(("first", "second"), [("A", "R"), ("R", "A")])
    def test_answers_that_contradict_each_other_stop_the_feed(self, book: SqlLedger, first: str, second: str) -> None:
        sent = deliver(book, reported(A))
        stands = book.answered(answer(sent, first, sets={"0001": first}))
        contradiction = answer(sent, second, sets={"0001": second})

        for _ in range(2):
            with pytest.raises(HeldError) as stop:
                book.answered(contradiction)
            assert stop.value.code == "E834-0715"

        assert stands is not None
        assert book.find(sent.transmission_id).state is stands.state
        assert book.memory(FEED).held_reason is not None
        assert names(book, [A]) == (["e1"] if first == "A" else [])

    def test_an_operators_own_reason_for_stopping_a_feed_is_kept(self, book: SqlLedger) -> None:
        sent = deliver(book, reported(A))
        book.answered(answer(sent, "A", sets={"0001": "A"}))
        book.hold_feed(FEED, reason="migration")
        with pytest.raises(HeldError):
            book.answered(answer(sent, "R", sets={"0001": "R"}))

        assert book.memory(FEED).held_reason == "migration"

    def test_one_set_after_the_other_may_be_answered(self, book: SqlLedger) -> None:
        sent = deliver(book, reported(A, in_set="0001"), reported(B, in_set="0002"))
        steps = [
            ({"0001": "A"}, State.DELIVERED),
            ({"0001": "E"}, State.DELIVERED),
            ({"0002": "?"}, State.DELIVERED),
            ({"0002": "R"}, State.PARTLY_REJECTED),
            ({"0002": "R", "0001": "A"}, State.PARTLY_REJECTED),
        ]

        for sets, state in steps:
            answered = book.answered(answer(sent, "P", sets=sets))
            assert answered is not None
            assert answered.state is state

    @pytest.mark.parametrize(("letter", "state"), [("A", State.ACKNOWLEDGED), ("R", State.REJECTED)])
    def test_a_file_that_tells_nobody_is_answered_as_a_whole(self, book: SqlLedger, letter: str, state: State) -> None:
        sent = deliver(book)

        assert book.answered(answer(sent, "P")) == book.find(sent.transmission_id)

        answered = book.answered(answer(sent, letter, sets={"0001": letter}))

        assert answered is not None
        assert answered.state is state
        assert book.answered(answer(sent, letter)) is not None
        with pytest.raises(HeldError):
            book.answered(answer(sent, "R" if letter == "A" else "A"))

    @pytest.mark.parametrize(
        ("overall", "state"), [("A", State.DELIVERED), ("E", State.DELIVERED), ("R", State.REJECTED)]
    )
    def test_an_interchange_is_accepted_or_rejected_whole(self, book: SqlLedger, overall: str, state: State) -> None:
        sent = deliver(book, reported(A))

        answered = book.answered(answer(sent, overall, kind="TA1", note="000"))

        assert answered is not None
        assert answered.state is state
        assert names(book, [A]) == ([] if overall == "R" else ["e1"])
        again = book.answered(answer(sent, overall, kind="TA1", note="024"))
        assert again is not None
        assert again.state is state

    def test_a_duplicate_of_our_own_second_attempt_is_no_rejection(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            up = uploading(book, lease, book.plan(lease, intent(reported(A))))
            book.upload_failed(lease, up.transmission_id, error="E834-0801")
            book.uploading(lease, up.transmission_id)
            sent = book.delivered(lease, up.transmission_id, receipt(up))

        answered = book.answered(answer(sent, "R", kind="TA1", note="025"))

        assert answered is not None
        assert answered.state is State.DELIVERED
        assert names(book, [A]) == ["e1"]

    def test_a_duplicate_number_in_our_only_attempt_is_a_rejection(self, book: SqlLedger) -> None:
        answered = book.answered(answer(deliver(book, reported(A)), "R", kind="TA1", note="025"))

        assert answered is not None
        assert answered.state is State.REJECTED

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (("TA1", "A"), ("TA1", "R")),
            (("TA1", "R"), ("TA1", "A")),
            (("999", "A"), ("TA1", "R")),
            (("TA1", "R"), ("999", "A")),
        ],
    )
    def test_an_interchange_that_contradicts_stops_the_feed(
        self, book: SqlLedger, first: tuple[str, str], second: tuple[str, str]
    ) -> None:
        sent = deliver(book, reported(A))
        stands = book.answered(answer(sent, first[1], kind=first[0]))

        with pytest.raises(HeldError):
            book.answered(answer(sent, second[1], kind=second[0]))

        assert stands is not None
        assert book.find(sent.transmission_id).state is stands.state

    # --- worklists --------------------------------------------------------------------------------------------------

    def test_an_item_of_a_worklist_counts_when_it_is_done(self, book: SqlLedger) -> None:
        handed = deliver(book, reported(A, in_set="0001"), reported(B, in_set="0002"), per_item=True)

        assert names(book, [A, B]) == []

        done = book.item_done(handed.transmission_id, "0002", confirmation="C-17")

        assert names(book, [A, B]) == ["e2"]
        assert [(each.done_by, each.confirmation) for each in done.sets] == [(None, None), ("nightly", "C-17")]
        assert book.item_done(handed.transmission_id, "0002", confirmation="C-18") == done

    def test_an_undone_item_that_is_stated_again_cannot_be_done(self, book: SqlLedger) -> None:
        first = deliver(book, reported(A, in_set="0001"), reported(B, in_set="0002"), key="1", per_item=True)
        second = deliver(book, reported(A, in_set="0001"), key="2", per_item=True)

        with pytest.raises(UsageError):
            book.item_done(first.transmission_id, "0001", confirmation=None)
        book.item_done(first.transmission_id, "0002", confirmation=None)
        book.item_done(second.transmission_id, "0001", confirmation=None)

        assert names(book, [A, B]) == ["e1", "e2"]

    def test_only_items_of_a_worklist_that_was_handed_over_are_done(self, book: SqlLedger) -> None:
        sent = deliver(book, reported(A))
        with book.lease(FEED) as lease:
            planned = book.plan(lease, intent(reported(B), key="2", per_item=True))

        for transmission, error in ((sent, UsageError), (planned, UsageError)):
            with pytest.raises(error):
                book.item_done(transmission.transmission_id, "0001", confirmation=None)
        with pytest.raises(NothingMatchesError):
            book.item_done(sent.transmission_id, "0002", confirmation=None)

    # --- leases -----------------------------------------------------------------------------------------------------

    def test_a_feed_is_worked_on_by_one_run(self, book: SqlLedger, reopened: Reopen) -> None:
        elsewhere = reopened(host="other-machine", spool="elsewhere")
        with book.lease(FEED), book.lease(OTHER):
            for other in (book, reopened(), elsewhere):
                with pytest.raises(LockedError) as locked, other.lease(FEED):
                    pass
                assert locked.value.code == "E834-0701"
                assert "nightly" in locked.value.message
                assert "pid" in locked.value.message
                assert "since 2026-11-22T12:00:00" in locked.value.message
        with elsewhere.lease(FEED):
            pass

    def test_a_lapsed_lease_is_taken_over_and_its_late_writes_fail(
        self, book: SqlLedger, reopened: Reopen, clock: Hands
    ) -> None:
        elsewhere = reopened(host="other-machine", spool="elsewhere")
        with book.lease(FEED) as stale:
            planned = book.plan(stale, intent(reported(A)))
            clock.pass_by(minutes=29)
            book.rendered(stale, planned.transmission_id, plain_sha256="4" * 64)
            clock.pass_by(minutes=29)
            with pytest.raises(LockedError), elsewhere.lease(FEED):
                pass
            clock.pass_by(minutes=2)
            with elsewhere.lease(FEED) as fresh:
                lines = len(book.trail())

                for late in (
                    lambda: book.validated(stale, planned.transmission_id),
                    lambda: book.plan(stale, intent(reported(B), key="2")),
                    lambda: book.login_refused(stale, refused=True),
                    lambda: book.looked(
                        stale, as_of=date(2026, 1, 1), snapshot="s", mapping_digest="m", release_digest="r"
                    ),
                ):
                    with pytest.raises(LockedError) as lost:
                        late()
                    assert lost.value.code == "E834-0703"

                assert len(book.trail()) == lines
                assert elsewhere.validated(fresh, planned.transmission_id).state is State.VALIDATED

    def test_a_number_is_not_voided_while_a_lost_run_may_be_uploading(
        self, book: SqlLedger, reopened: Reopen, clock: Hands
    ) -> None:
        elsewhere = reopened(host="other-machine", spool="elsewhere")
        with book.lease(FEED) as stale:
            up = uploading(book, stale, book.plan(stale, intent(reported(A))))
            clock.pass_by(minutes=31)
            with elsewhere.lease(FEED) as fresh:
                elsewhere.upload_failed(fresh, up.transmission_id, error="E834-0801")
                with pytest.raises(LockedError) as early:
                    elsewhere.voided(fresh, up.transmission_id, reason="newer snapshot")
                clock.pass_by(hours=2)

                assert early.value.code == "E834-0722"
                assert elsewhere.voided(fresh, up.transmission_id, reason="newer").state is State.VOIDED

    def test_a_lease_that_was_given_back_writes_nothing(self, book: SqlLedger) -> None:
        with book.lease(FEED) as lease:
            planned = book.plan(lease, intent(reported(A)))

        with pytest.raises(LockedError):
            book.rendered(lease, planned.transmission_id, plain_sha256="4" * 64)

    def test_a_run_that_fails_gives_its_lease_back(self, book: SqlLedger, reopened: Reopen) -> None:
        with pytest.raises(ZeroDivisionError), book.lease(FEED):
            raise ZeroDivisionError
        with reopened(host="other-machine", spool="elsewhere").lease(FEED):
            pass

    def test_a_feeds_name_cannot_lead_anywhere_else(self, book: SqlLedger) -> None:
        for name in ("../../etc", "", "a/b", "A", "x" * 44, "a\x00", ".lock", "a\n"):
            with pytest.raises(ConfigurationError), book.lease(FeedId(name)):
                pass

    # --- what is remembered -----------------------------------------------------------------------------------------

    def test_a_feed_is_remembered(self, book: SqlLedger, reopened: Reopen) -> None:
        assert book.memory(FEED) == FeedMemory(None, None, None, None, None, 0)
        assert book.feeds() == []

        with book.lease(FEED) as lease:
            book.looked(
                lease, as_of=date(2026, 11, 22), snapshot="5" * 64, mapping_digest="1" * 64, release_digest="2" * 64
            )
            assert [book.login_refused(lease, refused=refused) for refused in (True, True, False, True)] == [1, 2, 0, 1]
        book.hold_feed(FEED, reason="asked by Ann, 900-12-6789")
        book.hold_feed(OTHER, reason="new feed")

        again = reopened()
        assert again.memory(FEED) == FeedMemory(
            date(2026, 11, 22), "5" * 64, "1" * 64, "2" * 64, "asked by Ann, ***-**-6789", 1
        )
        assert again.feeds() == [OTHER, FEED]

        again.release_feed(FEED, reason="done")
        assert book.memory(FEED).held_reason is None

    def test_everything_is_found_again_by_another_process(self, book: SqlLedger, reopened: Reopen) -> None:
        sent = deliver(book, reported(A, in_set="0001"), reported(B, in_set="0002"))
        answered = book.answered(answer(sent, "P", sets={"0001": "A", "0002": "R"}))

        again = reopened()

        assert again.transmissions(FEED) == [answered]
        assert again.baseline(FEED, [book.token(A.ref)]) == book.baseline(FEED, [book.token(A.ref)])
        assert again.token(A.ref) == book.token(A.ref) != book.token(B.ref)
        assert again.digest_key == book.digest_key

    # --- the trail --------------------------------------------------------------------------------------------------

    def test_every_transition_stands_in_the_trail(self, book: SqlLedger) -> None:
        sent = deliver(book, reported(A))
        book.answered(answer(sent, "A"))
        book.record("revealed", "acme/e1", reason="call from 900-12-6789", field="member.ssn")

        actions = [line.action for line in book.trail(sent.transmission_id)]

        assert actions == [
            "planned",
            "rendered",
            "validated",
            "sealed",
            "uploading",
            "connecting",
            "writing",
            "rename_sent",
            "delivered",
            "answered",
        ]
        assert [line.number for line in book.trail()] == list(range(1, 12))
        assert book.trail()[-1].detail == {"reason": "call from ***-**-6789", "field": "member.ssn"}
        assert {line.at.utcoffset() for line in book.trail()} == {book.trail()[0].at - book.trail()[0].at}
        assert book.verify_trail() is None
        assert not any(CANARY in str(line) for line in book.trail())


def _voided(book: SqlLedger, lease: Lease, key: str) -> Transmission:
    planned = book.plan(lease, intent(reported(A), key=key))
    return book.voided(lease, planned.transmission_id, reason="test")


def _shared_beginning(sent: list[Transmission]) -> str:
    """Seventeen ids in sixteen digits: some two begin alike."""
    firsts = [each.transmission_id[0] for each in sent]
    return next(first for first in firsts if firsts.count(first) > 1)
