"""The base mapping tells each story as carriers expect it, and pyx12 accepts every file.

The people here have exactly the facts that each story shows; a fact that is absent, or was not released, is not sent.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from edi834.book.events import EventKind
from edi834.book.statement import Action, FamilyStatement
from edi834.model import VOCABULARIES, GroupId, MemberId, MemberRef
from tests.mapping.builders import (
    AROUND,
    BASE,
    JANE,
    SAM,
    built,
    compiled,
    covered,
    day,
    family,
    members_of,
    person,
    reported,
    span,
)
from tests.x12.stranger import accepts, complaints

ADD, CHANGE, END, REINSTATE, AUDIT = Action.ADD, Action.CHANGE, Action.END, Action.REINSTATE, Action.AUDIT
ENDED: dict[str, Any] = {"end_date": day("2024-05-31")}


def reported_as(expected: str, story: FamilyStatement, carrier: str = "") -> None:
    outcome = built(story, mapping=compiled(carrier))

    assert members_of(outcome) == expected.replace("    ", "")
    assert outcome.document is not None
    assert accepts(outcome.document.content), complaints(outcome.document.content)


def test_a_new_hire_is_added_with_family_address_and_premium() -> None:
    jane = {
        **JANE, "department": "Dept7", "hire_date": day("2024-01-15"), "home_phone": "208-555-0100",
        "email": "jane.doe@example.com", "address1": "1 Main St", "address2": "Apt 2", "city": "Boise", "state": "ID",
        "postal_code": "83702", "birth_date": day("1980-01-01"), "gender": "F", "marital_status": "married",
    }  # fmt: skip
    sam = {**SAM, "birth_date": day("2015-03-04"), "gender": "M"}
    priced = covered(tier="employee_children", premium=Decimal("512.25"))
    dental = covered("dental", "DENHIGH", tier="employee_children")
    reported_as(
        """\
        INS*Y*18*021*28*A***FT~
        REF*0F*E1001~
        REF*1L*GRP100~
        REF*DX*DEPT7~
        DTP*336*D8*20240115~
        DTP*356*D8*20240201~
        NM1*IL*1*DOE*JANE*Q***34*900456789~
        PER*IP**HP*2085550100*EM*JANE.DOE@EXAMPLE.COM~
        N3*1 MAIN ST*APT 2~
        N4*BOISE*ID*83702~
        DMG*D8*19800101*F*M~
        HD*021**HLT*PPO500*ECH~
        DTP*348*D8*20240201~
        AMT*P3*512.25~
        HD*021**DEN*DENHIGH*ECH~
        DTP*348*D8*20240201~
        INS*N*19*021*28*A~
        REF*0F*E1001~
        REF*1L*GRP100~
        DTP*356*D8*20240201~
        NM1*IL*1*DOE*SAM****34*987654321~
        DMG*D8*20150304*M~
        HD*021**HLT*PPO500~
        DTP*348*D8*20240201~
        HD*021**DEN*DENHIGH~
        DTP*348*D8*20240201~
        """,
        family(
            reported(ADD, "new_hire", jane, span(ADD, priced), span(ADD, dental)),
            reported(ADD, "dependent_added", sam, span(ADD, covered()), span(ADD, covered("dental", "DENHIGH"))),
        ),
    )


def test_a_newborn_without_a_number_is_added_and_the_tier_changes() -> None:
    jane = {**JANE, "birth_date": day("1980-01-01"), "gender": "F"}
    baby = {
        "member_id": "E1001-3", "relationship": "child", "last_name": "Doe", "first_name": "Baby",
        "birth_date": day("2024-03-10"), "gender": "F",
    }  # fmt: skip
    reported_as(
        """\
        INS*Y*18*001*02*A***FT~
        REF*0F*E1001~
        REF*1L*GRP100~
        DTP*303*D8*20240310~
        NM1*IL*1*DOE*JANE*Q***34*900456789~
        DMG*D8*19800101*F~
        HD*001**HLT*PPO500*ECH~
        DTP*348*D8*20240310~
        INS*N*19*021*02*A~
        REF*0F*E1001~
        REF*1L*GRP100~
        DTP*303*D8*20240310~
        DTP*356*D8*20240310~
        NM1*IL*1*DOE*BABY~
        DMG*D8*20240310*F~
        HD*021**HLT*PPO500~
        DTP*348*D8*20240310~
        """,
        family(
            reported(CHANGE, "birth", jane, span(CHANGE, covered(begin="2024-03-10", tier="employee_children")),
                 effective="2024-03-10"),
            reported(ADD, "birth", baby, span(ADD, covered(begin="2024-03-10")), effective="2024-03-10"),
        ),
    )  # fmt: skip


def test_the_end_of_employment_ends_everybody_with_reason_and_day() -> None:
    jane = {
        **JANE, "employment_status": "terminated", "termination_date": day("2024-05-17"), "address1": "1 Main St",
        "city": "Boise", "birth_date": day("1980-01-01"), "gender": "F",
    }  # fmt: skip
    reported_as(
        """\
        INS*Y*18*024*08*A***TE~
        REF*0F*E1001~
        REF*1L*GRP100~
        DTP*337*D8*20240517~
        DTP*357*D8*20240531~
        NM1*IL*1*DOE*JANE*Q***34*900456789~
        HD*024**HLT*PPO500*ECH~
        DTP*348*D8*20240201~
        DTP*349*D8*20240531~
        INS*N*19*024*08*A~
        REF*0F*E1001~
        REF*1L*GRP100~
        DTP*357*D8*20240531~
        NM1*IL*1*DOE*SAM****34*987654321~
        HD*024**HLT*PPO500~
        DTP*348*D8*20240201~
        DTP*349*D8*20240531~
        """,
        family(
            reported(END, "termination", jane, span(END, covered(tier="employee_children", **ENDED))),
            reported(END, "termination", SAM, span(END, covered(**ENDED))),
        ),
    )


def test_a_membership_that_never_took_effect_ends_on_its_first_day() -> None:
    jane = {**JANE, "employment_status": "active"}
    reported_as(
        """\
        INS*Y*18*024*14*A***AC~
        REF*0F*E1001~
        REF*1L*GRP100~
        DTP*356*D8*20240201~
        DTP*357*D8*20240201~
        NM1*IL*1*DOE*JANE*Q***34*900456789~
        HD*024**HLT*PPO500*EMP~
        DTP*348*D8*20240201~
        DTP*349*D8*20240201~
        """,
        family(reported(END, "voluntary_waive", jane, span(END, covered(tier="employee", end_date=day("2024-02-01"))))),
    )


def test_an_ending_taken_back_is_a_reinstatement_from_the_first_day() -> None:
    reported_as(
        """\
        INS*Y*18*025*20*A***FT~
        REF*0F*E1001~
        REF*1L*GRP100~
        DTP*303*D8*20240601~
        NM1*IL*1*DOE*JANE*Q***34*900456789~
        HD*025**HLT*PPO500*ECH~
        DTP*348*D8*20240201~
        """,
        family(
            reported(REINSTATE, "reinstated", JANE, span(REINSTATE, covered(tier="employee_children")),
                 effective="2024-06-01"),
        ),
    )  # fmt: skip


def test_a_change_of_plan_ends_the_old_one_and_adds_the_new() -> None:
    old = covered(tier="employee_children", end_date=day("2024-06-30"))
    new = covered(plan="HDHP1", begin="2024-07-01", tier="employee_children")
    reported_as(
        """\
        INS*Y*18*001*22*A***FT~
        REF*0F*E1001~
        REF*1L*GRP100~
        DTP*303*D8*20240701~
        NM1*IL*1*DOE*JANE*Q***34*900456789~
        HD*024**HLT*PPO500*ECH~
        DTP*348*D8*20240201~
        DTP*349*D8*20240630~
        HD*021**HLT*HDHP1*ECH~
        DTP*348*D8*20240701~
        """,
        family(reported(CHANGE, "plan_change", JANE, span(END, old), span(ADD, new), effective="2024-07-01")),
    )


def test_a_corrected_number_is_reported_beside_the_wrong_one() -> None:
    jane = {**JANE, "ssn": "900456780", "birth_date": day("1980-01-01"), "gender": "F"}
    reported_as(
        """\
        INS*Y*18*001*25*A***FT~
        REF*0F*E1001~
        REF*1L*GRP100~
        NM1*74*1*DOE*JANE*Q***34*900456780~
        DMG*D8*19800101*F~
        NM1*70*1*DOE*JANE*Q***34*900456789~
        """,
        family(
            reported(CHANGE, "identity_correction", jane, before={"ssn": "900456789"},
                 events=(EventKind.IDENTITY_CORRECTION,)),
        ),
    )  # fmt: skip


def test_a_carrier_that_identifies_by_number_gets_the_old_one_as_prior_identifier() -> None:
    jane = {**JANE, "ssn": "900456780"}
    reported_as(
        """\
        INS*Y*18*001*25*A***FT~
        REF*0F*900456780~
        REF*1L*GRP100~
        REF*Q4*900456789~
        NM1*74*1*DOE*JANE*Q***34*900456780~
        NM1*70*1*DOE*JANE*Q***34*900456789~
        """,
        family(
            reported(CHANGE, "identity_correction", jane, before={"ssn": "900456789"},
                 events=(EventKind.IDENTITY_CORRECTION,)),
        ),
        """
        [set]
        "2000/REF[0F]02" = "subscriber.ssn"
        "2000/REF[Q4]02" = "reported.ssn if change.corrects_identity and reported.ssn != member.ssn"
        """,
    )  # fmt: skip


def test_a_cobra_election_names_the_event_and_the_days_of_cobra() -> None:
    jane = {
        **JANE, "employment_status": "cobra", "cobra_event": "termination", "termination_date": day("2024-05-31"),
        "cobra_begin": day("2024-06-01"), "cobra_end": day("2025-11-30"), "hire_date": day("2020-01-06"),
    }  # fmt: skip
    cobra = covered(begin="2024-06-01", policy_number="GRP100C", tier="employee_children")
    reported_as(
        """\
        INS*Y*18*021*09*C**1*TE~
        REF*0F*E1001~
        REF*1L*GRP100C~
        DTP*301*D8*20240531~
        DTP*340*D8*20240601~
        DTP*341*D8*20251130~
        NM1*IL*1*DOE*JANE*Q***34*900456789~
        HD*021**HLT*PPO500*ECH~
        DTP*348*D8*20240601~
        """,
        family(reported(ADD, "cobra_election", jane, span(ADD, cobra))),
    )


def test_a_surviving_spouse_ends_as_dependent_and_begins_as_subscriber() -> None:
    pat = {"member_id": "E1001-1", "relationship": "spouse", "last_name": "Doe", "first_name": "Pat"}
    pat |= {"ssn": "911223333"}
    survivor = {**pat, "member_id": "E1001S", "relationship": "self", "employment_status": "surviving"}
    survivor |= {"extra.prior_id": "E1001"}
    june, july = covered(end_date=day("2024-06-30")), covered(begin="2024-07-01", tier="employee_children")
    outcome = built(
        family(reported(END, "death", pat, span(END, june)), subscriber=person(JANE)),
        family(reported(ADD, "death", survivor, span(ADD, july), subscriber="E1001S")),
        mapping=compiled('[set]\n"2000/REF[Q4]02" = "member.extra.prior_id"\n'),
    )

    expected = """\
        INS*N*01*024*03*A~
        REF*0F*E1001~
        REF*1L*GRP100~
        DTP*357*D8*20240630~
        NM1*IL*1*DOE*PAT****34*911223333~
        HD*024**HLT*PPO500~
        DTP*348*D8*20240201~
        DTP*349*D8*20240630~
        INS*Y*18*021*11*S~
        REF*0F*E1001S~
        REF*1L*GRP100~
        REF*Q4*E1001~
        DTP*356*D8*20240701~
        NM1*IL*1*DOE*PAT****34*911223333~
        HD*021**HLT*PPO500*ECH~
        DTP*348*D8*20240701~
        """
    assert members_of(outcome) == expected.replace("    ", "")
    assert outcome.document is not None
    assert accepts(outcome.document.content)


def test_a_death_is_reported_with_its_day() -> None:
    jane = {**JANE, "death_date": day("2024-06-15")}
    ended = covered(tier="employee_children", end_date=day("2024-06-15"))
    reported_as(
        """\
        INS*Y*18*024*03*A***TE***D8*20240615~
        REF*0F*E1001~
        REF*1L*GRP100~
        DTP*357*D8*20240615~
        NM1*IL*1*DOE*JANE*Q***34*900456789~
        HD*024**HLT*PPO500*ECH~
        DTP*348*D8*20240201~
        DTP*349*D8*20240615~
        """,
        family(reported(END, "death", jane, span(END, ended))),
    )


def test_medicare_is_reported_with_parts_reason_number_and_as_other_insurance() -> None:
    jane = {
        **JANE, "employment_status": "retired", "medicare_parts": "AB", "medicare_reason": "age",
        "medicare_id": "1EG4TE5MK73", "medicare_begin": day("2024-08-01"),
    }  # fmt: skip
    medicare = {
        "order": "P", "policy_number": "1EG4TE5MK73", "begin_date": day("2024-08-01"), "carrier_name": "Medicare",
    }  # fmt: skip
    reported_as(
        """\
        INS*Y*18*001*33*A*C:0**RT~
        REF*0F*E1001~
        REF*1L*GRP100~
        REF*F6*1EG4TE5MK73~
        DTP*338*D8*20240801~
        NM1*IL*1*DOE*JANE*Q***34*900456789~
        HD*001**HLT*PPO500*EMP~
        DTP*348*D8*20240201~
        COB*P*1EG4TE5MK73*1~
        DTP*344*D8*20240801~
        NM1*IN*2*MEDICARE~
        """,
        family(reported(CHANGE, "medicare", jane, span(CHANGE, covered(tier="employee")), other_insurance=[medicare])),
    )


def test_a_new_physician_is_reported_with_the_day_and_a_carriers_reporting_category() -> None:
    jane = {**JANE, "location_code": "BOI-1"}
    hmo = covered(
        plan="HMO1", tier="employee", provider_code="1234567893", provider_name="Smith, Ann",
        provider_existing_patient=False,
    )  # fmt: skip
    reported_as(
        """\
        INS*Y*18*001*15*A***FT~
        REF*0F*E1001~
        REF*1L*GRP100~
        NM1*IL*1*DOE*JANE*Q***34*900456789~
        HD*001**HMO*HMO1*EMP~
        DTP*348*D8*20240201~
        LX*1~
        NM1*P3*1*SMITH*ANN****XX*1234567893*26~
        PLA*2*1P*20240901**AI~
        LS*2700~
        LX*1~
        N1*75*PAY LOCATION~
        REF*LU*BOI-1~
        DTP*007*D8*20240901~
        LE*2700~
        """,
        family(reported(CHANGE, "provider_change", jane, span(CHANGE, hmo), effective="2024-09-01")),
        """
        [set]
        "2300/HD03" = "coverage.plan_code | lookup('lines')"
        [tables.lines]
        HMO1 = "HMO"
        [categories."PAY LOCATION"]
        "REF[LU]02" = "member.location_code"
        "DTP[007]03" = "change.effective_date if member.location_code"
        """,
    )


def test_a_disability_is_reported_with_its_first_day() -> None:
    jane = {
        **JANE, "disabled": True, "disability_begin": day("2024-09-02"), "extra.last_worked": "2024-09-01",
        "event_date": day("2024-09-01"),
    }  # fmt: skip
    reported_as(
        """\
        INS*Y*18*001*21*A***FT**Y~
        REF*0F*E1001~
        REF*1L*GRP100~
        DTP*297*D8*20240901~
        NM1*IL*1*DOE*JANE*Q***34*900456789~
        DSB*2~
        DTP*360*D8*20240902~
        """,
        family(reported(CHANGE, "disability", jane)),
        """
        [set]
        "2000/DTP[297]03" = "member.event_date if change.reason == 'disability'"
        """,
    )


def test_whoever_leaves_by_divorce_is_named_as_was_reported() -> None:
    pat = {**SAM, "relationship": "ex_spouse"}
    story = family(
        reported(END, "divorce", pat, span(END, covered(**ENDED)), before={"relationship": "spouse"}),
        subscriber=person(JANE),
    )

    assert members_of(built(story)).startswith("INS*N*01*024*01*A~\n")


def test_a_number_that_is_no_ssn_never_stands_with_the_kind_of_an_ssn() -> None:
    outcome = built(
        family(reported(ADD, "new_hire", JANE, span(ADD, covered()))), around=replace(AROUND, invented_people=False)
    )

    assert "REF*ZZ*900456789~\n" in members_of(outcome)
    assert "NM1*IL*1*DOE*JANE*Q~\n" in members_of(outcome)


def test_a_full_file_states_everybody_without_a_reason() -> None:
    outcome = built(family(reported(AUDIT, None, JANE, span(AUDIT, covered(tier="employee")))))

    assert members_of(outcome).startswith("INS*Y*18*030**A***FT~\n")
    assert "HD*030**HLT*PPO500*EMP~\n" in members_of(outcome)


def test_a_mailing_address_is_reported_only_where_there_is_one() -> None:
    away = {**JANE, "mailing_address1": "PO Box 7", "mailing_city": "Boise", "mailing_state": "ID",
            "mailing_postal_code": "83701-0007"}  # fmt: skip

    assert "NM1*31*1~\nN3*PO BOX 7~\nN4*BOISE*ID*837010007~\n" in members_of(
        built(family(reported(CHANGE, "address_change", away)))
    )
    assert "NM1*31" not in members_of(built(family(reported(CHANGE, "address_change", JANE))))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("reason", VOCABULARIES["event"] | set(EventKind)),
        ("relationship", VOCABULARIES["relationship"]),
        ("employment", VOCABULARIES["employment_status"]),
        ("tier", VOCABULARIES["tier"]),
        ("marital", VOCABULARIES["marital_status"]),
        ("cobra_event", VOCABULARIES["cobra_event"]),
        ("maintenance", set(Action)),
        ("coverage_maintenance", set(Action)),
    ],
)
def test_every_word_of_ours_has_been_thought_of(table: str, words: set[str]) -> None:
    assert set(words) - set(compiled().spec.inline[table]) == set()


def switches() -> str:
    """What the base mapping offers carriers to copy."""
    return "\n".join(line.removeprefix("#: ") for line in BASE.text.splitlines() if line.startswith("#: "))


def test_the_switches_of_the_base_mapping_can_be_copied_as_they_stand() -> None:
    jane: dict[str, Any] = {
        **JANE, "language": "SPA", "race_ethnicity": "7", "citizenship": "1", "tobacco_use": True, "union_code": "L12",
        "salary": Decimal("52000"), "salary_basis": "annual", "hours_per_week": Decimal("40"), "location_code": "BOI-1",
    }  # fmt: skip
    medical = covered(employee_contribution=Decimal("88.10"), prior_coverage_months=12)
    reported_as(
        """\
        INS*Y*18*021*28*A***FT~
        REF*0F*E1001~
        REF*1L*GRP100~
        DTP*356*D8*20240201~
        NM1*IL*1*DOE*JANE*Q***34*900456789~
        DMG*D8*19800101*F**7*1~
        EC*01~
        ICM*7*52000*40*BOI-1~
        HLH*T~
        LUI*LE*SPA**7~
        HD*021**HLT*PPO500~
        DTP*348*D8*20240201~
        AMT*FK*88.1~
        REF*QQ*12~
        IDC*PPO500*H**1~
        LS*2700~
        LX*1~
        N1*75*PAY LOCATION~
        REF*LU*BOI-1~
        LE*2700~
        """,
        family(reported(ADD, "new_hire", {**jane, "birth_date": day("1980-01-01"), "gender": "F"}, span(ADD, medical))),
        switches(),
    )


def test_no_switch_is_on_in_the_base_mapping() -> None:
    asked = compiled(switches()).uses - compiled().uses

    assert {"member.salary", "member.race_ethnicity", "member.language", "member.tobacco_use"} <= asked


@pytest.mark.parametrize(("reference", "carrier"), [("Q4", ""), ("6O", switches())])
def test_whoever_moved_is_linked_to_the_subscriber_reported_before(reference: str, carrier: str) -> None:
    pat = {**SAM, "member_id": "E1001-1", "relationship": "self", "employment_status": "surviving"}
    moved = reported(ADD, "death", pat, span(ADD, covered()), subscriber="E1001-1")
    moved = replace(moved, moved_from=MemberRef(GroupId("GRP100"), MemberId("E1001"), MemberId("E1001-1")))

    assert f"REF*1L*GRP100~\nREF*{reference}*E1001~\n" in members_of(built(family(moved), mapping=compiled(carrier)))


def test_a_subscriber_who_moves_between_groups_has_no_other_subscriber_before() -> None:
    moved = replace(
        reported(ADD, "transfer", JANE, span(ADD, covered()), group="GRP200"),
        moved_from=MemberRef(GroupId("GRP100"), MemberId("E1001"), MemberId("E1001")),
    )

    assert "REF*Q4" not in members_of(built(family(moved)))


def test_a_member_ended_under_the_wrong_number_and_added_under_the_right_one_corrects_nothing() -> None:
    wrong = reported(END, "identity_correction", JANE, span(END, covered(**ENDED)), before={"ssn": JANE["ssn"]},
                 events=(EventKind.IDENTITY_CORRECTION,))  # fmt: skip
    right = reported(ADD, "identity_correction", {**JANE, "ssn": "900456780"}, span(ADD, covered()),
                 events=(EventKind.IDENTITY_CORRECTION,))  # fmt: skip

    assert "NM1*70" not in members_of(built(family(wrong, right)))
    assert "NM1*74" not in members_of(built(family(wrong, right)))
