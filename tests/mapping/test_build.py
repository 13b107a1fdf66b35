"""Families become transaction sets; one that cannot be written stays behind with its reason, and the others go."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.book.statement import Action, FamilyStatement
from edi834.mapping import Built, FileScope, envelope_settings
from edi834.model import FamilyRef, GroupId, MemberId, Severity
from edi834.x12 import read
from tests.mapping.builders import (
    AROUND,
    FACTS,
    IDENTIFIERS,
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

BASE_MAPPING = compiled()


def hired(number: int, size: int = 1, group: str = "GRP100", **values: Any) -> FamilyStatement:
    """A family of that many people."""
    subscriber = f"E{number:04}"
    people = [{**JANE, "member_id": subscriber, **values}]
    people += [{**SAM, "member_id": f"{subscriber}-{n}"} for n in range(1, size)]
    return family(
        *(
            reported(Action.ADD, "new_hire", one, span(Action.ADD, covered()), subscriber=subscriber, group=group)
            for one in people
        )
    )


def ref(number: int, group: str = "GRP100") -> FamilyRef:
    return FamilyRef(GroupId(group), MemberId(f"E{number:04}"))


def text_of(outcome: Built) -> str:
    assert outcome.document is not None, outcome.findings
    return outcome.document.content.decode("ascii")


def codes_of(outcome: Built, severity: Severity = Severity.ERROR) -> list[str]:
    return [finding.code for finding in outcome.findings if finding.severity is severity]


def test_the_header_says_what_the_file_is_and_counts_its_set() -> None:
    outcome = built(hired(1, 3), hired(2))

    header = text_of(outcome).split("INS*")[0]
    assert header.split("~")[2:-1] == [
        "ST*834*0001*005010X220A1",
        "BGN*00*NS-42*20240701*2215****2",
        "QTY*DT*2", "QTY*ET*2", "QTY*TO*4",
        "N1*P5*JUNIPER RIDGE TIMBER COMPANY*FI*900000001",
        "N1*IN*NORTHSTAR HEALTH PLAN*FI*900000002",
    ]  # fmt: skip
    assert header.startswith("ISA*00*          *00*          *ZZ*JUNIPER        *ZZ*NORTHSTAR      *240701*2215*^*")
    assert "*00501*000000042*0*T*:~GS*BE*JUNIPER*NORTHSTAR*20240701*2215*42*X*005010X220A1~" in header


def test_what_was_written_can_be_read_back() -> None:
    outcome = built(hired(1, 3), hired(2, group="GRP200"))
    assert outcome.document is not None

    result = read(outcome.document.content)

    assert result.findings == ()
    assert result.interchanges == (outcome.document.interchange,)
    assert outcome.document.records == outcome.document.content.count(b"~")


def test_a_family_is_never_split_and_a_set_tells_of_one_group() -> None:
    families = [hired(1, 2), hired(2, 3), hired(3, 1), hired(4, 7), hired(5, 1, group="GRP200")]
    outcome = built(*families, members_per_transaction=4)

    assert outcome.document is not None
    assert [(one.number, one.families, one.members) for one in outcome.document.sets] == [
        ("0001", (ref(1),), 2),
        ("0002", (ref(2), ref(3)), 4),
        ("0003", (ref(4),), 7),
        ("0004", (ref(5, "GRP200"),), 1),
    ]
    assert accepts(outcome.document.content), complaints(outcome.document.content)


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from(["GRP100", "GRP200"])), max_size=12), st.integers(1, 8))
def test_sets_hold_everybody_once_in_the_order_given(sizes: list[tuple[int, str]], most: int) -> None:
    families = [hired(number, size, group) for number, (size, group) in enumerate(sizes)][::-1]
    outcome = built(*families, members_per_transaction=most)
    sets = outcome.document.sets if outcome.document else ()

    people = {one.target.ref: len(one.members) for one in families}
    groups = list(dict.fromkeys(r.group_id for r in people))
    together = sorted(people, key=lambda r: groups.index(r.group_id))  # groups stay together, in the order given
    assert [r for one in sets for r in one.families] == together
    for one in sets:
        assert len({r.group_id for r in one.families}) == 1
        assert len(one.families) == 1 or sum(people[r] for r in one.families) <= most


def test_nobody_to_tell_of_is_no_document() -> None:
    assert built() == Built(None, frozenset(), ())


def test_a_family_that_cannot_be_written_stays_behind_and_the_others_go() -> None:
    outcome = built(hired(1), hired(2, 2, last_name="李"), hired(3))

    assert outcome.quarantined == {ref(2)}
    assert outcome.document is not None
    assert outcome.document.sets[0].families == (ref(1), ref(3))
    (finding,) = outcome.findings
    assert finding.code == "E834-0637"
    assert str(finding.about) == "GRP100/E0002"
    assert "李" not in finding.message
    assert finding.place is not None
    assert finding.place.excerpt == '"2100A/NM103" = "member.last_name"'


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"last_name": "A\tB"}, "E834-0637"),
        ({"last_name": "A\nB"}, "E834-0637"),
        ({"last_name": "Z👍"}, "E834-0637"),
        ({"last_name": "Z" * 61}, "E834-0635"),
        ({"last_name": None}, "E834-0633"),
        ({"ssn": "9"}, "E834-0636"),
        ({"relationship": "cousin"}, "E834-0631"),
        ({"medicare_parts": "Q"}, "E834-0631"),
    ],
)
def test_a_value_that_cannot_be_sent_quarantines_the_family_without_being_reported(
    values: dict[str, Any], code: str
) -> None:
    outcome = built(hired(1), hired(2, **values))

    assert codes_of(outcome) == [code]
    assert outcome.quarantined == {ref(2)}
    (value,) = values.values()
    reported_of = " ".join(finding.message for finding in outcome.findings if finding.about)
    assert value is None or len(value) == 1 or value not in reported_of


def test_a_required_field_that_was_not_released_quarantines_and_an_optional_one_is_not_sent() -> None:
    def without(name: str) -> FamilyStatement:
        statement = hired(1, department="D7")
        (member,) = statement.members
        values = MappingProxyType({k: v for k, v in member.member.values.items() if k != name})
        return replace(statement, members=(replace(member, member=replace(member.member, values=values)),))

    assert codes_of(built(without("last_name"))) == ["E834-0633"]
    assert "REF*DX" not in text_of(built(without("department")))
    assert "REF*DX*D7" in text_of(built(without("hire_date")))


@pytest.mark.parametrize(
    ("name", "sent", "warned"),
    [
        ("Muñoz", "MUNOZ", "accent"),
        ("Mun\u0303oz", "MUNOZ", "accent"),
        ("O\u2019Brien", "O'BRIEN", "punctuation"),
        ("Doe\u200b", "DOE", "invisible"),
        ("Groß", "GROSS", None),
        ("A*B~C:D^E", "A B C D E", "delimiter"),
        (" Doe ", "DOE", "space"),
        ("Null", "NULL", None),
        ("1E5", "1E5", None),
        ("=cmd", "=CMD", None),
        ("{{ 7*7 }}", "{{ 7 7 }}", "delimiter"),
        ("<b>", "<B>", None),
    ],
)
def test_a_name_is_put_into_the_carriers_characters_with_a_warning(name: str, sent: str, warned: str | None) -> None:
    outcome = built(hired(1, last_name=name))

    assert f"NM1*IL*1*{sent}*JANE*" in text_of(outcome)
    messages = [finding.message for finding in outcome.findings]
    assert messages == ([f"2100A/NM103: {warned}, 1 times"] if warned else [])
    assert read(text_of(outcome).encode()).findings == ()


@given(st.text(max_size=70), st.sampled_from(["upper", "as_is"]), st.sampled_from(["basic", "extended"]))
def test_whatever_a_name_is_the_file_can_be_read_back_or_the_family_stays_behind(
    name: str, case: str, charset: str
) -> None:
    outcome = built(hired(1), hired(2, first_name=name), mapping=BASE_MAPPING, case=case, charset=charset)

    assert outcome.document is not None
    result = read(outcome.document.content)
    assert result.interchanges == (outcome.document.interchange,)
    assert (outcome.quarantined == {ref(2)}) == bool(codes_of(outcome))


def test_capitals_delimiters_and_line_ends_are_the_carriers() -> None:
    outcome = built(
        hired(1, last_name="O|Neil*Doe"), case="as_is", element_separator="|", segment_terminator="!", newline="\r\n"
    )

    assert "NM1|IL|1|O Neil*Doe|Jane|Q|||34|900456789!\r\n" in text_of(outcome)


def test_a_feed_that_does_not_transliterate_quarantines_accents() -> None:
    assert codes_of(built(hired(1), hired(2, last_name="Muñoz"), transliterate=False)) == ["E834-0637"]


def test_a_text_is_cut_only_where_the_mapping_says_so() -> None:
    long = "Wolfeschlegelsteinhausenbergerdorff " * 2
    mapping = compiled('truncate = ["2100A/NM103"]\n')
    outcome = built(hired(1, last_name=long), mapping=mapping)

    assert f"NM1*IL*1*{long[:60].rstrip().upper()}*JANE" in text_of(outcome)
    assert codes_of(outcome, Severity.WARNING) == ["E834-0645", "E834-0646"]
    assert codes_of(built(hired(1, last_name=long))) == ["E834-0635"]


PLANS = """
[codes]
plans = "codes/plans.csv"
[set]
"2300/HD04" = "coverage.plan_code | lookup('plans')"
"""


def test_a_plan_that_a_code_table_does_not_know_is_named_once_with_how_many_have_it() -> None:
    mapping = compiled(PLANS, plans="plan,code\nPPO50,P5\nHMO1,H1\n")
    outcome = built(hired(1, 2), hired(2), mapping=mapping)

    assert outcome.document is None
    assert codes_of(outcome) == ["E834-0631"] * 3
    (summary,) = [finding for finding in outcome.findings if finding.severity is Severity.WARNING]
    assert summary.code == "E834-0632"
    assert "'PPO500'" in summary.message
    assert "3 members" in summary.message
    assert "codes/plans.csv" in summary.message
    assert "PPO50" in (summary.remedy or "")


def test_a_code_about_a_person_is_not_named_in_the_summary() -> None:
    outcome = built(hired(1, medicare_parts="XYZ"))

    assert all("XYZ" not in finding.message for finding in outcome.findings)
    assert codes_of(outcome, Severity.WARNING) == ["E834-0632"]


def test_a_benefit_the_guide_has_no_line_for_is_not_sent_as_another() -> None:
    life = reported(Action.ADD, "new_hire", JANE, span(Action.ADD, covered("life", "LIFE1X")))

    assert codes_of(built(family(life))) == ["E834-0631"]


def test_an_address_without_its_city_is_left_out_and_reported() -> None:
    outcome = built(hired(1, address1="1 Main St", state="ID"))

    assert "N3*1 MAIN ST~" in text_of(outcome)
    assert "N4*" not in text_of(outcome)
    assert codes_of(outcome, Severity.WARNING) == ["E834-0647"]


def test_ways_to_reach_somebody_stand_without_gaps() -> None:
    assert "PER*IP**EM*J@EXAMPLE.COM~" in text_of(built(hired(1, email="j@example.com")))
    assert "PER*IP**CP*2085550101*EM*J@EXAMPLE.COM~" in text_of(
        built(hired(1, email="j@example.com", mobile_phone="208-555-0101"))
    )
    assert "~PER*" not in text_of(built(hired(1)))


def test_a_header_that_cannot_be_written_keeps_its_group_behind_and_no_other() -> None:
    around = replace(AROUND, groups={**AROUND.groups, GroupId("GRP200"): {}})
    outcome = built(hired(1), hired(2, group="GRP200"), around=around)

    assert outcome.quarantined == {ref(2, "GRP200")}
    assert codes_of(outcome) == ["E834-0633"]
    assert outcome.document is not None
    assert [one.number for one in outcome.document.sets] == ["0001"]


def test_a_full_file_and_a_test_file_say_so() -> None:
    facts = replace(FACTS, scope=FileScope.FULL_REPLACE, is_test=False, original_reference="NS-41")
    text = text_of(built(hired(1), around=replace(AROUND, facts=facts)))

    assert "BGN*00*NS-42*20240701*2215**NS-41**RX~" in text
    assert "*000000042*0*P*:~" in text


def test_constants_are_the_feeds_own() -> None:
    mapping = compiled('[constants]\nmaster = "MP-1"\n[set]\n"HEADER/REF[38]02" = "feed.master"\n')

    assert "~REF*38*MP-1~" in text_of(built(hired(1), mapping=mapping))


def test_what_is_sent_depends_on_fields_and_a_segment_of_literals_is_always_sent() -> None:
    mapping = compiled(
        """
        [set]
        "2000/REF[23]02" = "'FIXED'"
        "2000/REF[3H]02" = "'SMOKER' if member.tobacco_use"
        "2000/REF[QQ]02" = "'U-' ~ member.union_code"
        "1000C/N101" = "'BO'"
        "1000C/N102" = "'Broker Inc'"
        "1000C/N103" = "'FI'"
        "1000C/N104" = "'900000003'"
        """
    )
    plain, full = built(hired(1), mapping=mapping), built(hired(1, tobacco_use=True, union_code="7"), mapping=mapping)

    assert "REF*23*FIXED~DTP" in text_of(plain)
    assert "REF*23*FIXED~REF*3H*SMOKER~REF*QQ*U-7~DTP" in text_of(full)
    assert "N1*BO*BROKER INC*FI*900000003~INS" in text_of(plain)
    assert accepts(text_of(full).encode())


def test_reporting_categories_are_numbered_among_those_that_are_sent() -> None:
    mapping = compiled(
        """
        [categories."PAY LOCATION"]
        "REF[LU]02" = "member.location_code"
        [categories.UNION]
        "REF[ZZ]02" = "member.union_code"
        "DTP[007]03" = "change.first_day | period(change.last_day)"
        [categories."BILL CLASS"]
        "REF[17]02" = "member.job_title"
        """
    )
    two = built(hired(1, location_code="BOI", job_title="Sawyer"), mapping=mapping)
    none = built(hired(1), mapping=mapping)

    assert "LS*2700~LX*1~N1*75*PAY LOCATION~REF*LU*BOI~LX*2~N1*75*BILL CLASS~REF*17*SAWYER~LE*2700~" in text_of(two)
    assert accepts(text_of(two).encode()), complaints(text_of(two).encode())
    assert "LS*" not in text_of(none)


def test_a_period_is_written_with_its_format() -> None:
    mapping = compiled(
        '[set]\n"2300/DTP[695]03" = "member.medicare_begin | period(member.medicare_end)"\n"2000/DTP[338]" = false\n'
        '"2000/DTP[339]" = false\n'
    )
    outcome = built(hired(1, medicare_begin=day("2023-01-01"), medicare_end=day("2023-12-31")), mapping=mapping)

    assert "DTP*695*RD8*20230101-20231231~" in text_of(outcome)
    wrong = built(hired(1, medicare_begin=day("2023-01-02"), medicare_end=day("2023-01-01")), mapping=mapping)
    assert codes_of(wrong) == ["E834-0639"]


def test_other_insurance_is_reported_under_the_benefit_it_concerns() -> None:
    records = [
        {"order": "P", "carrier_name": "Oak", "benefit": "dental"},
        {"order": "S", "carrier_name": "Elm", "benefit": None},
    ]
    spans = (span(Action.ADD, covered()), span(Action.ADD, covered("dental", "DEN1")))
    outcome = built(family(reported(Action.ADD, "new_hire", JANE, *spans, other_insurance=records)))

    medical, dental = members_of(outcome).split("HD*")[1:]
    assert re.findall(r"NM1\*IN\*2\*(\w+)", medical) == ["ELM"]
    assert re.findall(r"NM1\*IN\*2\*(\w+)", dental) == ["OAK", "ELM"]


def test_more_other_insurance_than_the_guide_has_loops_quarantines_the_family() -> None:
    def insured(number: int) -> FamilyStatement:
        records = [{"order": "U", "carrier_name": "Oak"}] * number
        return family(reported(Action.ADD, "new_hire", JANE, span(Action.ADD, covered()), other_insurance=records))

    assert codes_of(built(insured(5))) == []
    assert codes_of(built(insured(6))) == ["E834-0648"]


def test_a_dependent_whose_subscriber_is_not_here_stands_under_the_subscribers_identifier() -> None:
    sam = reported(Action.CHANGE, "address_change", SAM)

    assert "REF*0F*E1001~" in members_of(built(family(sam)))


def test_a_name_above_coverages_speaks_of_the_first_that_goes_on() -> None:
    old = covered(policy_number="OLD", end_date=day("2024-06-30"))
    new = covered(plan="HDHP1", begin="2024-07-01", policy_number="NEW")
    outcome = built(family(reported(Action.CHANGE, "plan_change", JANE, span(Action.END, old), span(Action.ADD, new))))

    assert "REF*1L*NEW~" in members_of(outcome)
    silent = person(JANE, span(Action.ADD, new))
    statement = reported(Action.CHANGE, "address_change", JANE)
    moved = replace(statement, member=silent)
    assert "REF*1L*NEW~" in members_of(built(family(moved)))


def test_amounts_and_days_are_spelled_as_x12_does() -> None:
    priced = covered(premium=Decimal("0.50"))
    outcome = built(family(reported(Action.ADD, "new_hire", JANE, span(Action.ADD, priced))))

    assert "AMT*P3*.5~" in members_of(outcome)
    assert date(2024, 2, 1) == priced.begin


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"sender_id": "X" * 16}, "sender_id"),
        ({"sender_id": "A*B"}, "sender_id"),
        ({"sender_id": "  "}, "sender_id"),
        ({"receiver_qualifier": "99"}, "receiver_qualifier"),
        ({"element_separator": "~"}, "delimiters"),
        ({"element_separator": "A"}, "delimiter"),
        ({"charset": "utf-8"}, "charset"),
        ({"newline": "\n\n"}, "newline"),
        ({"replacement": "*"}, "replacement"),
        ({"transliterate": "yes"}, "transliterate"),
        ({"sender": "X"}, "sender"),
        ({"segment_terminater": "~"}, "segment_terminater"),
        ({"sender_qualifier": 30}, "sender_qualifier"),
    ],
)
def test_an_envelope_that_cannot_be_written_is_refused_when_it_is_loaded(changed: dict[str, Any], key: str) -> None:
    settings, findings = envelope_settings({**IDENTIFIERS, **changed})

    assert settings is None
    assert key in findings[0].message


def test_an_envelope_needs_its_identifiers() -> None:
    settings, findings = envelope_settings({"sender_id": "A"})

    assert settings is None
    assert len(findings) == 3
