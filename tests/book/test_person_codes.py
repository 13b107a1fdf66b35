"""Person codes: assigned once in a family, kept with it from file to file, and never given to another person."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from edi834.book import Action, Dialect, Sending, diff, possible_books, same_family
from edi834.book.codes import known_codes, with_person_codes
from edi834.book.payload import restored_parts, restored_target, written
from edi834.check.predicted import ReadBack, Said, differences
from edi834.grants import ReleasedFamily, family_digest, narrowed
from edi834.mapping import CarrierIdentity, Surroundings
from edi834.mapping.language import Scope
from edi834.mapping.scopes import Counts
from edi834.model import MemberId, TransmissionId
from tests.book.drawn import FAMILIES
from tests.book.families import TODAY, covered, family, jane, pat, sam, story
from tests.mapping.builders import FACTS

BASE = Dialect()
ALONE = family(jane(covered()))
WITH_PAT = family(jane(covered()), pat(covered()))
WITH_SAM = family(jane(covered()), sam(covered()))
ALL_THREE = family(jane(covered()), pat(covered()), sam(covered()))


def coded(wanted: ReleasedFamily, *books: ReleasedFamily | None, **given_: object) -> ReleasedFamily:
    """The desired family with its codes, where the mapping writes them."""
    return with_person_codes(wanted, books or (None,), **{"assigns": True, **given_})  # type: ignore[arg-type]


def codes(people: ReleasedFamily) -> dict[str, str]:
    return dict(people.person_codes)


def test_the_subscriber_is_01_and_the_others_follow() -> None:
    assert codes(coded(ALL_THREE)) == {"E1": "01", "E1-1": "02", "E1-2": "03"}


def test_a_person_keeps_the_code_when_somebody_with_a_lower_member_id_joins() -> None:
    first = coded(WITH_SAM)

    assert codes(coded(ALL_THREE, first)) == {"E1": "01", "E1-2": "02", "E1-1": "03"}


def test_two_people_who_join_on_one_night_get_their_codes_by_member_id() -> None:
    first = coded(ALONE)

    assert codes(coded(ALL_THREE, first)) == {"E1": "01", "E1-1": "02", "E1-2": "03"}


def test_the_code_of_a_person_who_left_the_book_goes_to_nobody_else() -> None:
    first = coded(WITH_PAT)
    without_pat = coded(ALONE, first)

    assert codes(coded(WITH_SAM, without_pat)) == {"E1": "01", "E1-1": "02", "E1-2": "03"}


def test_a_person_who_comes_back_has_the_old_code() -> None:
    first = coded(WITH_PAT)
    without_pat = coded(ALONE, first)
    then_sam = coded(WITH_SAM, without_pat)

    assert codes(coded(ALL_THREE, then_sam)) == codes(then_sam)


def test_the_codes_stay_with_a_family_whom_a_full_file_leaves_out_as_a_whole() -> None:
    first = coded(WITH_PAT)
    gone = first.with_members([])

    assert codes(coded(WITH_SAM, gone))["E1-2"] == "03"


def test_people_reported_before_the_mapping_wrote_codes_come_before_new_ones() -> None:
    assert codes(coded(ALL_THREE, WITH_SAM)) == {"E1": "01", "E1-2": "02", "E1-1": "03"}


def test_dependents_alone_leave_01_to_the_subscriber() -> None:
    dependents = WITH_PAT.with_members(m for m in WITH_PAT.members if not m.ref.is_subscriber)

    assert codes(coded(dependents))["E1-1"] == "02"


def test_a_mapping_without_codes_assigns_none_and_forgets_none() -> None:
    assert with_person_codes(ALL_THREE, (None,), assigns=False) is ALL_THREE
    assert codes(coded(ALL_THREE, coded(WITH_SAM), assigns=False)) == {"E1": "01", "E1-2": "02"}


def test_a_code_that_stood_in_a_rejected_file_is_only_that_persons() -> None:
    rejected = coded(WITH_PAT, coded(ALONE))

    assert codes(coded(WITH_SAM, coded(ALONE), earlier=rejected.person_codes))["E1-2"] == "03"
    assert codes(coded(WITH_PAT, coded(ALONE), earlier=rejected.person_codes))["E1-1"] == "02"


def test_the_codes_of_every_book_that_the_carrier_may_have_are_kept() -> None:
    likeliest, other = coded(WITH_PAT), coded(ALL_THREE, coded(WITH_PAT))

    assert codes(coded(ALL_THREE, likeliest, other)) == {"E1": "01", "E1-1": "02", "E1-2": "03"}


def test_where_two_records_contradict_each_other_no_code_is_given_twice() -> None:
    one, other = {MemberId("A"): "02"}, {MemberId("B"): "02", MemberId("A"): "03"}

    assert known_codes([one, other]) == {"A": "02"}


# --- what codes leave as it is ------------------------------------------------------------------------------------


def test_a_family_that_gets_its_first_codes_has_not_changed() -> None:
    with_codes = coded(ALL_THREE)

    assert same_family(ALL_THREE, with_codes, BASE)
    assert with_codes == ALL_THREE
    assert diff(ALL_THREE, with_codes, BASE, as_of=TODAY).is_empty
    assert family_digest(with_codes, b"k") == family_digest(ALL_THREE, b"k")


@given(wanted=FAMILIES, before=st.one_of(st.none(), FAMILIES))
def test_codes_change_nothing_of_the_people_and_are_never_shared(
    wanted: ReleasedFamily, before: ReleasedFamily | None
) -> None:
    known = coded(before) if before is not None else None
    found = coded(wanted, known)

    assert found.members == wanted.members
    assert {m.ref.member_id for m in found.members} <= codes(found).keys()
    assert len({*codes(found).values()}) == len(codes(found))
    assert known is None or codes(known).items() <= codes(found).items()


# --- what keeps them ----------------------------------------------------------------------------------------------


def test_the_target_of_a_statement_and_its_written_form_keep_the_codes() -> None:
    told = story(coded(WITH_PAT), ALL_THREE)
    assert told.statement is not None
    statement = replace(told.statement, target=coded(told.target, coded(WITH_PAT)))

    payload = written(statement.target, [("0001", statement)])
    target, parts = restored_parts(payload)

    assert codes(target) == codes(restored_target(payload)) == {"E1": "01", "E1-1": "02", "E1-2": "03"}
    assert parts[0][1].reported is not None
    assert codes(parts[0][1].reported) == {"E1": "01", "E1-1": "02"}


def test_a_family_without_codes_is_written_down_as_before() -> None:
    assert b"person_codes" not in written(ALONE, ())
    assert codes(restored_target(written(ALONE, ()))) == {}


def test_what_is_released_no_more_takes_no_code_away() -> None:
    assert codes(narrowed(coded(WITH_PAT), [])) == {"E1": "01", "E1-1": "02"}


def test_the_book_after_a_file_that_was_taken_has_the_codes_of_its_statement() -> None:
    told = story(None, WITH_PAT)
    assert told.statement is not None
    statement = replace(told.statement, target=coded(WITH_PAT))

    (book,) = possible_books(None, [Sending(TransmissionId("T1"), (statement,))], BASE)

    assert book is not None
    assert codes(book) == {"E1": "01", "E1-1": "02"}


# --- what a mapping sees ------------------------------------------------------------------------------------------


def seen(reported: ReleasedFamily | None, now: ReleasedFamily, member_id: str) -> Scope:
    """What an expression sees of one person, on the tenth of November."""
    told = story(reported, now)
    assert told.statement is not None
    statement = replace(told.statement, target=coded(told.target, reported))
    around = Surroundings(replace(FACTS, as_of=TODAY), CarrierIdentity("northstar", "Northstar"), {})
    return around.member_scope(
        around.file_scope(statement.target.ref.group_id, Counts()), statement, told.of(member_id)
    )


def test_a_mapping_sees_the_persons_code_the_subscribers_and_the_one_last_reported() -> None:
    scope = seen(coded(WITH_PAT), family(jane(covered()), pat(covered(), address1="2 Pine St")), "E1-1")

    assert scope.member["person_code"] == "02"
    assert scope.subscriber["person_code"] == "01"
    assert scope.reported["person_code"] == "02"


def test_a_new_person_had_no_code_before() -> None:
    assert seen(coded(WITH_PAT), ALL_THREE, "E1-2").reported.get("person_code") is None


def test_the_family_counts_who_is_covered_with_and_without_the_subscriber() -> None:
    assert seen(None, ALL_THREE, "E1").family == {"members": 3, "dependents": 2}
    assert seen(None, family(jane(), pat(covered())), "E1-1").family == {"members": 1, "dependents": 1}


def test_a_dependent_counts_to_the_last_covered_day() -> None:
    ended = [family(jane(covered()), pat(covered(end=day))) for day in ("2026-11-09", "2026-11-30")]

    assert [seen(WITH_PAT, one, "E1-1").family["dependents"] for one in ended] == [0, 1]


def test_a_person_who_ends_is_reported_with_the_code() -> None:
    told = seen(coded(WITH_PAT), family(jane(covered()), pat(covered(end="2026-11-30"))), "E1-1")

    assert told.change["action"] == Action.END
    assert told.member["person_code"] == "02"


def test_a_file_that_says_another_code_than_the_persons_does_not_pass() -> None:
    told = story(None, WITH_PAT)
    assert told.statement is not None
    statement = replace(told.statement, target=coded(WITH_PAT))

    def findings(code: str) -> list[str]:
        said = Said({"member.person_code": code}, frozenset())
        people = [ReadBack(statement, told.of("E1-1"), said, (), in_order=False)]
        return [finding.code for finding in differences(people, BASE, {})]

    assert (findings("02"), findings("03")) == ([], ["E834-1149"])
