"""Several values at one place: segments from a list, repetitions, and the reporting category of a name."""

from __future__ import annotations

import pytest

from edi834.book.statement import Action
from edi834.mapping import Layer, compile_x12, read_spec
from edi834.model import Finding
from edi834.x12 import Repeated, read
from tests.mapping.builders import BASE, JANE, SAM, built, compiled, covered, day, family, members_of, reported, span


def jane(**values: object):
    born = {"birth_date": day("1980-01-01"), "gender": "F"}
    return family(reported(Action.ADD, "new_hire", {**JANE, **born, **values}, span(Action.ADD, covered())))


def segments(carrier: str, begins: str, **values: object) -> list[str]:
    text = members_of(built(jane(**values), mapping=compiled(carrier)))
    return [line.rstrip("~") for line in text.splitlines() if line.startswith(begins)]


def mistakes(carrier: str, *above: Layer) -> list[Finding]:
    below = above[-1].name if above else "x12_834_5010"
    spec, findings = read_spec([BASE, *above, Layer("carrier.toml", f'extends = "{below}"\n{carrier}')])
    if spec is None:
        return list(findings)
    mapping, findings = compile_x12(spec)
    assert mapping is None
    return list(findings)


def test_a_segment_is_sent_for_each_value_of_a_list_that_is_there() -> None:
    carrier = '[set]\n"2000/REF[ZZ]02" = ["member.alternate_id", "\'DIV=\' ~ member.division", "member.union_code"]\n'

    assert segments(carrier, "REF*ZZ", alternate_id="A1", division="W", union_code="U9") == [
        "REF*ZZ*A1", "REF*ZZ*DIV=W", "REF*ZZ*U9",
    ]  # fmt: skip
    assert segments(carrier, "REF*ZZ", alternate_id="A1", union_code="U9") == ["REF*ZZ*A1", "REF*ZZ*U9"]
    assert segments(carrier, "REF*ZZ") == []


def test_a_text_that_is_split_gives_a_segment_for_each_part() -> None:
    carrier = '[set]\n"2000/REF[ZZ]02" = "member.extra.marks | split(\';\') | left(3)"\n'

    assert segments(carrier, "REF*ZZ", **{"extra.marks": "abcd; ef;;g"}) == ["REF*ZZ*ABC", "REF*ZZ*EF", "REF*ZZ*G"]


def test_the_lists_of_one_segment_go_together_value_by_value() -> None:
    carrier = """[set]
"2100A/LUI01" = "'LE'"
"2100A/LUI02" = ["'ENG'", "member.language"]
"2100A/LUI04" = ["'7'", "'5'"]
"""

    assert segments(carrier, "LUI", language="SPA") == ["LUI*LE*ENG**7", "LUI*LE*SPA**5"]


def test_an_element_that_the_guide_repeats_is_sent_as_a_repetition() -> None:
    carrier = '[set]\n"2100A/DMG05-1" = "member.race_ethnicity | split(\';\')"\n'
    outcome = built(jane(race_ethnicity="B;E"), mapping=compiled(carrier))
    (dmg,) = [line for line in members_of(outcome).splitlines() if line.startswith("DMG")]

    assert dmg.endswith("*B^E~")
    assert outcome.document is not None
    (reported_set,) = read(outcome.document.content).interchanges[0].transaction_sets()
    (element,) = [s.element(5) for loop in reported_set.members() for s in loop.walk() if s.id == "DMG"]
    assert element == Repeated((("B",), ("E",)))


def test_what_is_not_repeated_stands_in_each_repetition_of_a_composite() -> None:
    carrier = """[set]
"2100A/DMG05-2" = "'RET'"
"2100A/DMG05-3" = "member.race_ethnicity | split(' ') | lookup('cdc')"
[tables.cdc]
B = "2054-5"
E = "2131-1"
I = "1002-5"
X = ""
"""
    (dmg,) = segments(carrier, "DMG", race_ethnicity="B X E")
    (alone,) = segments(carrier, "DMG", race_ethnicity="I")

    assert dmg.endswith("*:RET:2054-5^:RET:2131-1")
    assert alone.endswith("*:RET:1002-5")


def test_more_values_than_the_guide_sends_quarantine_the_family() -> None:
    carrier = '[set]\n"2100A/DMG05-1" = "member.race_ethnicity | split(\';\')"\n'
    outcome = built(jane(race_ethnicity=";".join("B" * 11)), mapping=compiled(carrier))

    assert outcome.document is None
    assert {f.code for f in outcome.findings} == {"E834-0648"}


def test_a_code_of_a_split_text_that_the_guide_does_not_have_is_a_finding() -> None:
    carrier = '[set]\n"2100A/DMG05-1" = "member.race_ethnicity | split(\';\')"\n'

    assert {f.code for f in built(jane(race_ethnicity="B;3"), mapping=compiled(carrier)).findings} == {"E834-0634"}


def test_a_list_may_be_joined_and_chosen() -> None:
    carrier = (
        "[set]\n\"2000/REF[DX]02\" = \"member.department | split(' ') | upper | join('-')\"\n"
        '"2000/REF[ZZ]02" = "member.division | split(\' \') if member.is_subscriber else member.member_id"\n'
    )

    assert segments(carrier, "REF*DX", department="north  east") == ["REF*DX*NORTH-EAST"]
    assert segments(carrier, "REF*ZZ", division="a b") == ["REF*ZZ*A", "REF*ZZ*B"]


@pytest.mark.parametrize(
    ("entry", "code", "line", "hint"),
    [
        ('"2300/HD04" = ["coverage.plan_code", "coverage.tier"]', "E834-0624", 3, "join"),
        ('"2000/INS06-1" = "member.department | split(\';\')"', "E834-0624", 3, "join"),
        ('"2000/REF[ZZ]02" = "member.division | split(\';\') ~ \'x\'"', "E834-0624", 3, "join"),
        ('"2000/REF[ZZ]02" = "\'x\' if member.division | split(\';\')"', "E834-0624", 3, "join"),
        ('"2000/REF[ZZ]02" = "member.division | split(\';\') | split(\',\')"', "E834-0624", 3, "join"),
        ('"2000/REF[ZZ]02" = ["member.division | split(\';\')"]', "E834-0624", 3, "join"),
        ('"2000/REF[ZZ]02" = [\n"member.division",\n"member.nobody"]', "E834-0602", 5, None),
        ('"2000/REF[ZZ]02" = ["member.division", 7]', "E834-0103", 3, "quotes"),
        ('"2000/REF[ZZ]02" = []', "E834-0103", 3, "1 to 100"),
        ('"2000/REF[ZZ]02" = ["member.division", "member.birth_date"]', "E834-0605", 3, None),
        ('"2000/REF[1L]02" = ["coverage.policy_number", "\'x\'"]', "E834-0624", 3, None),
        ('"2000/REF[ZZ]02" = [' + '"member.division", ' * 14 + "]", "E834-0617", 3, None),
        ('"2100A/LUI02" = ["\'EN\'", "\'ES\'"]\n"2100A/LUI04" = ["\'7\'"]', "E834-0625", 4, None),
        ('"2100A/DMG05-1" = ["member.nobody"]', "E834-0602", 3, None),
        ('"2100A/DMG05-1" = ["\'Q\'"]', "E834-0614", 3, None),
        ('"2750[PAY LOCATION]" = "\'x\'"', "E834-0618", 3, None),
        ('"2750[PAY LOCATION]/REF[LU]03" = "\'x\'"', "E834-0612", 3, None),
        ('"2750[PAY LOCATION]/REF[QX]02" = "\'x\'"', "E834-0406", 3, None),
        ('"2000/REF[ZZ]02" = "member.division | slice(3, 2)"', "E834-0604", 3, "slice(1, 3)"),
        ('"2000/REF[ZZ]02" = "member.division | split(\'\')"', "E834-0604", 3, None),
    ],
)  # fmt: skip
def test_a_mistake_in_a_list_is_shown_at_its_line(entry: str, code: str, line: int, hint: str | None) -> None:
    found = mistakes(f"[set]\n{entry}\n")

    assert found[0].code == code, found
    assert found[0].place is not None
    assert (found[0].place.path, found[0].place.line) == ("carrier.toml", line)
    assert hint is None or hint in found[0].message + (found[0].remedy or "")


def test_a_list_in_a_flat_field_or_on_paper_is_refused() -> None:
    from edi834.mapping.flat_spec import compile_flat
    from edi834.mapping.worklist import compile_worklist

    flat = '[layout]\n[[layout.record]]\nname = "D"\nlevel = "member"\n'
    flat += 'fields = [ { name = "a", width = 9, value = "%s" } ]\n'
    split = "member.division | split(';')"
    for text, code in (
        ('format = "fixed"\n' + flat % split, "E834-1141"),
        ('format = "fixed"\n[set]\n"D/a" = ["member.division"]\n' + flat % "member.division", "E834-0624"),
    ):
        spec, findings = read_spec([Layer("flat.toml", text)])
        assert spec is not None, findings
        mapping, found = compile_flat(spec)
        assert mapping is None
        assert [f.code for f in found] == [code]
    spec, findings = read_spec([Layer("paper.toml", f'format = "worklist"\n[show]\nDivision = "{split}"\n')])
    assert spec is not None, findings
    assert [f.code for f in compile_worklist(spec)[1]] == ["E834-0624"]


CATEGORY = """[set]
"2750[PAY LOCATION]/REF[LU]02" = "member.location_code"
"2750[PAY LOCATION]/DTP[007]03" = "change.effective_date"
"""


def test_a_reporting_category_is_addressed_by_its_name() -> None:
    text = members_of(built(jane(location_code="OR1"), mapping=compiled(CATEGORY)))

    assert "LS*2700~\nLX*1~\nN1*75*PAY LOCATION~\nREF*LU*OR1~\nLE*2700~\n" in text


def test_a_feed_changes_one_line_of_a_category_that_its_carrier_wrote_or_takes_it_away() -> None:
    carrier = Layer(
        "m/carrier.toml",
        'extends = "x12_834_5010"\n[categories."PAY LOCATION"]\n"REF[LU]02" = "member.location_code"\n'
        '"DTP[007]03" = "member.hire_date"\n[categories.UNION]\n"REF[ZZ]02" = "member.union_code"\n',
    )
    feed = Layer(
        "m/feed.toml",
        'extends = "carrier"\n[set]\n"2750[PAY LOCATION]/REF[LU]02" = "member.division"\n'
        '"2000/2700/2750[PAY LOCATION]/DTP[007]" = false\n"2750[UNION]" = false\n',
    )
    spec, findings = read_spec([BASE, carrier, feed])
    assert spec is not None, findings
    mapping, findings = compile_x12(spec)
    assert mapping is not None, findings
    text = members_of(built(jane(division="WEST", location_code="OR1", union_code="7"), mapping=mapping))

    assert "N1*75*PAY LOCATION~\nREF*LU*WEST~\nLE*2700~\n" in text
    assert "UNION" not in text
    assert "member.union_code" not in mapping.uses


def test_a_slice_is_counted_as_a_specification_counts_it() -> None:
    carrier = '[set]\n"2000/REF[ZZ]02" = "member.ssn | slice(6, 9)"\n'

    assert segments(carrier, "REF*ZZ") == ["REF*ZZ*6789"]


def test_lists_change_the_digest() -> None:
    one = compiled('[set]\n"2000/REF[ZZ]02" = ["member.division", "member.union_code"]\n')
    other = compiled('[set]\n"2000/REF[ZZ]02" = ["member.union_code", "member.division"]\n')

    assert one.digest != other.digest
    assert one.uses == other.uses >= {"member.division", "member.union_code"}


def test_a_dependent_has_only_the_values_that_are_theirs() -> None:
    carrier = '[set]\n"2000/REF[ZZ]02" = ["member.alternate_id", "subscriber.union_code"]\n'
    both = family(
        reported(Action.ADD, "new_hire", {**JANE, "union_code": "U1"}, span(Action.ADD, covered())),
        reported(Action.ADD, "new_hire", {**SAM, "alternate_id": "S9"}, span(Action.ADD, covered())),
    )
    text = members_of(built(both, mapping=compiled(carrier)))

    assert [line for line in text.splitlines() if "REF*ZZ" in line] == ["REF*ZZ*U1~", "REF*ZZ*S9~", "REF*ZZ*U1~"]
