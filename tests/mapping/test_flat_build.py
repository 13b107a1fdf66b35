"""Flat files from statements: what is reported to carriers without X12, and who is quarantined instead."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.book.statement import Action, FamilyStatement
from edi834.mapping import Layer
from edi834.mapping.document import FileFormat
from edi834.mapping.flat_build import flat_read_back, flat_round_trip
from edi834.model import FamilyRef, GroupId, MemberId, Severity
from tests.mapping.builders import AROUND, FACTS, JANE, SAM, covered, day, family, person, reported, span
from tests.mapping.flat_builders import DELIMITED, FIXED, built, compiled, lines, short

LIFE = covered("life", "LIFE1X", volume=Decimal("50000"), premium=Decimal("7.10"))
VOLUNTARY = covered("voluntary_life", "VLIFE", volume=Decimal("20000.50"))
WHOLE = {**JANE, "birth_date": day("1980-04-12"), "gender": "F", "city": "Boise", "state": "ID"}

NAME = """{ name = "last name", width = 8, value = "member.last_name" }"""
PLAN = """{ name = "plan", width = 6, value = "coverage.plan_code" }"""
ACTION = """{ name = "action", width = 9, value = "span.action" }"""
MEMBER = """{ name = "id", width = 8, value = "member.member_id" }"""


def jane(**values: Any) -> FamilyStatement:
    return family(reported(Action.ADD, "new_hire", {**WHOLE, **values}, span(Action.ADD, LIFE)))


def another(number: int, **values: Any) -> FamilyStatement:
    person_values = {**WHOLE, "member_id": f"E{number}", **values}
    return family(reported(Action.ADD, None, person_values, span(Action.ADD, LIFE), subscriber=f"E{number}"))


def of_records(records: str) -> Layer:
    return Layer("carrier.toml", f'format = "fixed"\n[layout]\nline_end = "LF"\n{records}')


def ref(member_id: str) -> FamilyRef:
    return FamilyRef(GroupId("GRP100"), MemberId(member_id))


def test_a_life_carrier_gets_each_coverage_and_what_they_add_up_to() -> None:
    spans = (span(Action.ADD, LIFE), span(Action.ADD, VOLUNTARY))
    outcome = built(compiled(FIXED), family(reported(Action.ADD, "new_hire", WHOLE, *spans)))
    header, life, voluntary, trailer = lines(outcome)

    assert header.startswith("H07012024221500")
    assert header[1 + 8 + 6 + 8 + 40 :].startswith("000000042CT00000004")
    assert life.startswith("DANH900456789900456789E1001          E1001          EDOE")
    assert " LIFE" in life
    assert "VLIF" in voluntary
    assert trailer.rstrip() == "T" + "00000004" + "00000002" + "000000007000050" + "0000000000710" + "001800913578"
    assert {len(line) for line in (header, life, voluntary, trailer)} == {360}


def test_a_spending_account_administrator_gets_an_election() -> None:
    election = covered("fsa_health", "FSAH", volume=Decimal("2400"), employee_contribution=Decimal("200"))
    outcome = built(compiled(DELIMITED), family(reported(Action.ADD, None, WHOLE, span(Action.ADD, election))))
    header, detail, trailer = lines(outcome)

    assert header == "H|northstar-medical|42|2024-07-01|2024-07-01|changes|T"
    assert detail.startswith("D|ADD||E1001|900456789|Doe|Jane|1980-04-12|")
    assert detail.endswith("|HCFSA|FSAH|2024-02-01||2400.00|200.00")
    assert trailer == "T|1|2400.00|200.00"


def test_the_document_knows_its_one_set_and_its_families() -> None:
    outcome = built(compiled(FIXED), another(2), another(1))

    assert outcome.document is not None
    assert (outcome.document.format, outcome.document.records) == (FileFormat.FLAT, 4)
    (one,) = outcome.document.sets
    assert (one.number, one.families, one.members) == ("0001", (ref("E2"), ref("E1")), 2)


def test_families_stand_in_the_order_in_which_they_are_given() -> None:
    mapping = compiled(FIXED)
    outcome = built(mapping, another(2), another(1))

    assert outcome.document is not None
    header, second, first, trailer = outcome.document.content.splitlines()
    ordered = built(mapping, another(1), another(2)).document
    assert ordered is not None
    assert ordered.content.splitlines() == [header, first, second, trailer]


def test_a_file_that_was_built_reads_back_and_is_written_the_same_again() -> None:
    mapping = compiled(DELIMITED)
    election = covered("fsa_health", "FSAH", volume=Decimal("2400"))
    outcome = built(mapping, family(reported(Action.ADD, None, WHOLE, span(Action.ADD, election))))
    assert outcome.document is not None
    content = outcome.document.content

    assert flat_round_trip(mapping, content) == ()
    assert [r.type for r in flat_read_back(mapping, content).records] == ["H", "D", "T"]
    assert {f.code for f in flat_round_trip(mapping, content.replace(b"2400.00|", b"2500.00|", 1))} == {"E834-1133"}
    assert [f.code for f in flat_round_trip(mapping, content.replace(b"|Doe|", b'|"Doe"|'))] == ["E834-1148"]


def test_a_family_that_cannot_be_written_is_quarantined_and_the_rest_goes_on() -> None:
    outcome = built(compiled(FIXED), another(1), another(2, last_name="李明"), another(3, city="Boise\tID"))

    assert outcome.quarantined == {ref("E2"), ref("E3")}
    assert [(f.code, f.severity) for f in outcome.findings] == [
        ("E834-1123", Severity.ERROR),
        ("E834-1122", Severity.ERROR),
    ]
    assert str(outcome.findings[0].about) == "GRP100/E2"
    assert outcome.findings[0].place is not None
    assert outcome.findings[0].place.path == "mappings/fixed_eligibility.toml"
    assert lines(outcome)[-1].startswith("T0000000300000001")
    assert "李明" not in str(outcome.findings)


def test_a_code_that_a_table_does_not_know_quarantines() -> None:
    medical = family(reported(Action.ADD, None, WHOLE, span(Action.ADD, covered("medical"))))
    outcome = built(compiled(FIXED), medical)

    assert outcome.quarantined == {ref("E1001")}
    assert outcome.document is None
    assert all(f.message.startswith("D/benefit: ") for f in outcome.findings)


def test_accents_are_spelled_plainly_where_the_encoding_has_none_and_kept_where_it_has() -> None:
    plain = built(short(NAME), jane(last_name="Muñoz"))
    decomposed = built(short(NAME), jane(last_name="Mun\u0303oz"))
    kept = built(short(NAME, layout='encoding = "utf-8"'), jane(last_name="Muñoz"))
    refused = built(short(NAME, layout="transliterate = false"), jane(last_name="Muñoz"))

    assert lines(plain) == lines(decomposed) == ["DMunoz   "]
    assert [(f.code, f.severity) for f in plain.findings] == [("E834-1142", Severity.WARNING)]
    assert lines(kept) == ["DMuñoz  "]
    assert kept.findings == ()
    assert [f.code for f in refused.findings] == ["E834-1123"]


def test_invisible_characters_are_dropped_even_where_the_encoding_has_them() -> None:
    outcome = built(short(NAME, layout='encoding = "utf-8"'), jane(last_name="D\u200bo\u202ee\u00a0x"))

    assert lines(outcome) == ["DDoe x   "]
    assert [f.code for f in outcome.findings] == ["E834-1142"]


def test_a_warning_is_reported_once_with_how_often() -> None:
    outcome = built(short(NAME), *(another(n, last_name="Muñoz") for n in range(5)))

    (warning,) = outcome.findings
    assert warning.message.endswith(", 5 times")
    assert warning.about is None


def test_a_name_in_capitals_where_the_layout_says_so() -> None:
    assert lines(built(short(NAME, layout='case = "upper"'), jane())) == ["DDOE     "]


@pytest.mark.parametrize("name", ["Null", "NA", "None", "True", "1E5", "{{ 7 }}", "<b>"])
def test_names_that_look_like_something_else_are_text(name: str) -> None:
    assert lines(built(short(NAME), jane(last_name=name))) == [f"D{name:8}"]


def test_a_new_name_is_reported_in_the_record_of_every_span_that_stands() -> None:
    held = (span(Action.CHANGE, LIFE), span(Action.CHANGE, VOLUNTARY))
    before = {"last_name": "Roe"}
    whole = reported(Action.CHANGE, "name_change", WHOLE, *held, before=before)
    only_person = replace(whole, coverages=())
    one_span = replace(whole, coverages=held[:1])

    for statement in (only_person, one_span):
        outcome = built(short(NAME, PLAN, ACTION), family(statement))

        assert sorted(lines(outcome)) == ["DDoe     LIFE1Xchange   ", "DDoe     VLIFE change   "]


def test_a_change_of_one_span_alone_tells_nothing_of_the_others() -> None:
    held = (span(Action.CHANGE, LIFE), span(Action.CHANGE, VOLUNTARY))
    whole = reported(Action.CHANGE, None, WHOLE, *held, before={})
    statement = replace(whole, reported=whole.member, coverages=held[:1])

    assert lines(built(short(NAME, PLAN), family(statement))) == ["DDoe     LIFE1X"]


def test_an_ending_reported_without_spans_ends_each_of_them() -> None:
    ended = covered("life", "LIFE1X", end_date=day("2024-06-30"))
    whole = reported(Action.END, "termination", WHOLE, span(Action.END, ended), before={})
    statement = replace(whole, coverages=(), effective=day("2024-06-30"))
    end = """{ name = "end", width = 8, value = "span.end | date('CCYYMMDD')" }"""

    assert lines(built(short(PLAN, ACTION, end), family(statement))) == ["DLIFE1Xend      20240630"]


def test_a_person_of_whom_no_record_tells_quarantines_the_family() -> None:
    child = reported(Action.CHANGE, None, SAM, span(Action.CHANGE, LIFE))
    mother = reported(Action.CHANGE, None, WHOLE, span(Action.CHANGE, LIFE))
    outcome = built(short(MEMBER, level="subscriber"), family(mother, child))

    assert [(f.code, str(f.about)) for f in outcome.findings] == [("E834-1145", "GRP100/E1001-2")]
    assert outcome.document is None


def test_records_stand_in_a_tree_of_group_subscriber_dependent_and_coverage() -> None:
    text = "\n".join(
        f'[[layout.record]]\nname = "{name}"\nlevel = "{level}"\nfields = [{{ name = "t", width = 1, '
        f"value = \"'{name}'\" }}, {field}]\n"
        for name, level, field in (
            ("G", "group_header", '{ name = "group", width = 8, value = "group.group_id" }'),
            ("S", "subscriber", MEMBER),
            ("N", "dependent", MEMBER),
            ("C", "coverage", '{ name = "plan", width = 8, value = "coverage.plan_code" }'),
            ("E", "group_trailer", '{ name = "details", width = 8, count = "detail" }'),
        )
    )
    mapping = compiled(of_records(text))
    mother = reported(Action.ADD, None, WHOLE, span(Action.ADD, LIFE), span(Action.ADD, VOLUNTARY))
    child = reported(Action.ADD, None, SAM, span(Action.ADD, VOLUNTARY))
    elsewhere = reported(Action.ADD, None, WHOLE, span(Action.ADD, LIFE), group="GRP200")
    outcome = built(mapping, family(mother, child), family(elsewhere))

    assert [line.strip() for line in lines(outcome)] == [
        "GGRP100", "SE1001", "CLIFE1X", "CVLIFE", "NE1001-2", "CVLIFE", "E5",
        "GGRP200", "SE1001", "CLIFE1X", "E2",
    ]  # fmt: skip


def test_a_file_header_may_name_the_group_only_where_there_is_one() -> None:
    header = (
        '[[layout.record]]\nname = "H"\nlevel = "file_header"\n'
        'fields = [{ name = "group", width = 9, value = "group.group_id" }]\n'
    )
    detail = (
        '[[layout.record]]\nname = "D"\nlevel = "member"\n'
        f'fields = [{{ name = "t", width = 1, value = "\'D\'" }}, {MEMBER}]\n'
    )
    mapping = compiled(of_records(header + detail))
    elsewhere = family(reported(Action.ADD, None, WHOLE, span(Action.ADD, LIFE), group="GRP200"))

    assert lines(built(mapping, jane())) == ["GRP100   ", "DE1001   "]
    outcome = built(mapping, jane(), elsewhere)
    assert outcome.document is None
    assert [f.code for f in outcome.findings] == ["E834-1146"]
    assert len(outcome.quarantined) == 2


def test_a_file_of_nobody_has_its_header_and_trailer() -> None:
    outcome = built(compiled(FIXED))

    assert [line[0] for line in lines(outcome)] == ["H", "T"]
    assert outcome.document is not None
    assert outcome.document.sets == ()


def test_the_clock_is_the_files_own() -> None:
    around = replace(AROUND, facts=replace(FACTS, control_number=7, is_test=False))
    header = lines(built(compiled(FIXED), jane(), around=around))[0]

    assert "000000007CP" in header


def test_a_field_that_was_not_released_is_blank() -> None:
    withheld = {k: v for k, v in WHOLE.items() if k != "ssn"}
    member = person(withheld)

    assert "ssn" not in member.values
    assert lines(built(compiled(FIXED), family(reported(Action.ADD, None, withheld, span(Action.ADD, LIFE)))))[1][
        4:22
    ] == (" " * 18)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_whatever_people_are_called_a_file_reads_back_or_they_are_quarantined(names: list[str]) -> None:
    """The law of T16 through the whole mapping."""
    mapping = compiled(DELIMITED)
    election = covered("fsa_health", "FSAH", volume=Decimal("2400"))
    families = [
        family(
            reported(
                Action.ADD, None, {**WHOLE, "member_id": f"E{n}", "last_name": name}, span(Action.ADD, election),
                subscriber=f"E{n}",
            )
        )
        for n, name in enumerate(names)
    ]  # fmt: skip
    outcome = built(mapping, *families)

    assert len(outcome.quarantined) + (len(outcome.document.sets[0].families) if outcome.document else 0) == len(names)
    if outcome.document:
        assert flat_round_trip(mapping, outcome.document.content) == ()
        assert len(flat_read_back(mapping, outcome.document.content).records) == 2 + len(names) - len(
            outcome.quarantined
        )
