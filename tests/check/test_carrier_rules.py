"""A carrier's own rules: read from data, asked of any file, each breach at its segment, with the carrier's own code."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi834.check.carrier import CarrierRules
from edi834.check.gate import check_x12
from edi834.check.judge import JudgeOptions, Verdict, judge
from edi834.model import Finding, Severity
from edi834.workspace.checks import checks_of
from edi834.workspace.toml_file import read_toml
from tests.check.documents import document_of

FIXTURES = Path(__file__).parent / "fixtures" / "pass"
FAMILY = (FIXTURES / "new-hire-with-a-child.edi").read_bytes()

BREACHES: dict[str, tuple[str, str, str, bytes, bytes]] = {
    "a value that is not allowed": (
        "E834-1091", 'at = "2300/HD04"\nallowed = ["PPO500", "DENHIGH"]', "2300/HD04", b"PPO500", b"PPO900"),
    "a value outside of the code table": (
        "E834-1091", 'at = "2300/HD04"\nallowed_in = "plans.csv"\ncolumn = "theirs"', "2300/HD04", b"PPO500", b"PPO"),
    "an element that is wanted of the subscriber": (
        "E834-1092", 'at = "2300/HD05"\nrequired = true\nonly = "subscriber"', "2300/HD05", b"*ECH", b""),
    "a segment that is wanted": (
        "E834-1092", 'at = "2000/REF[1L]"\nrequired = true', "2000/REF[1L]", b"REF*1L*GRP100~", b""),
    "a loop that is wanted": (
        "E834-1092", 'at = "2300"\nrequired = true', "2300", b"HD*021**HLT*PPO500~DTP*348*D8*20240201~SE*", b"SE*"),
    "a segment that is not taken": (
        "E834-1093", 'at = "2000/REF[23]"\nnot_sent = true', "2000/REF[23]", b"GRP100~", b"GRP100~REF*23*C1~"),
    "a text that is too long for the carrier": (
        "E834-1094", 'at = "2300/HD04"\nlongest = 6', "2300/HD04", b"PPO500", b"PPO5000"),
    "a text of another shape": (
        "E834-1095", 'at = "2000/REF[0F]02"\nshape = "A9999"', "2000/REF[0F]02", b"REF*0F*E1001", b"REF*0F*E100X"),
    "a segment too often": (
        "E834-1096", 'at = "2000/REF"\nmost = 3', "2000/REF[ZZ]", b"REF*1L*GRP100~",
        b"REF*1L*GRP100~REF*17*A~REF*ZZ*B~REF*23*C~"),
    "small letters": (
        "E834-1099", 'at = "2100A/NM104"\nupper_case = true', "2100A/NM104", b"*SAM*", b"*Sam*"),
    "small letters anywhere in a loop": (
        "E834-1099", 'at = "2100A"\nupper_case = true', "2100A/N4", b"BOISE", b"Boise"),
}  # fmt: skip


def rules(text: str, folder: Path, *, feed: str = "dental") -> tuple[CarrierRules, tuple[Finding, ...]]:
    (folder / "plans.csv").write_text("ours,theirs\nA,PPO500\nB,DENHIGH\n", encoding="utf-8")
    file = folder / "checks.toml"
    file.write_text(text, encoding="utf-8")
    table = read_toml(file, shown="checks.toml")
    found = checks_of(table, file, feed)
    return CarrierRules("cedar", tuple(found)), table.findings()


def one_rule(text: str, folder: Path) -> CarrierRules:
    made, findings = rules(f'source = "guide 4"\n[rules.CD-1]\n{text}\n', folder)
    assert findings == ()
    return made


def codes(content: bytes, made: CarrierRules) -> list[tuple[str, str]]:
    found = judge(content, JudgeOptions(invented_people=True, carrier=made)).findings
    return [(one.code, one.path) for one in found if one.snip == 7]


@pytest.mark.parametrize("kind", BREACHES)
def test_a_file_that_keeps_a_rule_passes_and_one_that_breaks_it_does_not(kind: str, tmp_path: Path) -> None:
    code, text, path, old, new = BREACHES[kind]
    made = one_rule(text, tmp_path)
    broken = FAMILY.replace(b"\n", b"").replace(old, new)

    assert codes(FAMILY, made) == []
    assert broken != FAMILY.replace(b"\n", b"")
    assert (code, path) in codes(broken, made)


def test_a_family_in_another_order_and_numbers_that_go_back_are_found(tmp_path: Path) -> None:
    child, twin = b"INS*N*19*021*28*A", b"INS*N*01*021*28*A"
    text = FAMILY.replace(b"\n", b"")
    start, end = text.index(child), text.index(b"~SE*") + 1
    three = text[:end] + text[start:end].replace(child, twin) + text[end:]

    assert codes(three, one_rule('at = "2000/INS02"\norder = ["18", "01", "19"]', tmp_path)) == [
        ("E834-1097", "2000/INS02")
    ]
    assert codes(three, one_rule('at = "2000/INS02"\norder = ["18", "19", "01"]', tmp_path)) == []
    assert codes(three, one_rule('at = "2000/INS02"\nascending = true', tmp_path)) == [("E834-1098", "2000/INS02")]


def test_an_order_of_people_is_that_of_those_who_are_told_alike(tmp_path: Path) -> None:
    """Whoever ends stands before whoever is added, of any relationship; a subscriber added anew stands behind them."""
    order = one_rule('at = "2000/INS02"\norder = ["18", "01", "53", "19"]', tmp_path)

    for name in ("family-that-ends-changes-and-adds", "family-that-ends-and-is-added-anew"):
        assert codes((FIXTURES / f"{name}.edi").read_bytes(), order) == []


def test_a_rule_holds_only_when_and_of_whom_it_says(tmp_path: Path) -> None:
    never = 'at = "2000/REF[23]02"\nrequired = true\nwhen = { at = "2000/INS03", is = ["024"] }'
    always = never.replace("024", "021")

    assert codes(FAMILY, one_rule(never, tmp_path)) == []
    assert len(codes(FAMILY, one_rule(always, tmp_path))) == 2
    assert len(codes(FAMILY, one_rule(f'{always}\nonly = "dependent"', tmp_path))) == 1


def test_a_rule_of_the_header_is_asked_once_a_set(tmp_path: Path) -> None:
    made = one_rule('at = "1000A/N102"\nallowed = ["SOMEBODY"]', tmp_path)

    assert codes(FAMILY, made) == [("E834-1091", "1000A/N102")]


def test_a_rule_for_one_feed_is_not_asked_for_another(tmp_path: Path) -> None:
    text = '[rules.CD-1]\nat = "2100A/PER"\nnot_sent = true\nfeeds = ["vision"]\n'

    assert len(rules(text, tmp_path, feed="vision")[0]) == 1
    assert len(rules(text, tmp_path, feed="dental")[0]) == 0


def test_a_finding_names_the_carriers_code_and_source_and_no_value(tmp_path: Path) -> None:
    made = one_rule('at = "2300/HD04"\nallowed = ["X"]\nwords = "that plan is not ours"\nsource = "page 7"', tmp_path)
    judgement = judge(FAMILY, JudgeOptions(carrier=made))

    assert judgement.verdict is Verdict.REFUSED
    reported = {one.message for one in judgement.findings if one.snip == 7}
    assert reported == {"CD-1: that plan is not ours (guide 4, page 7)"}


def test_a_warning_refuses_nothing(tmp_path: Path) -> None:
    made = one_rule('at = "2300/HD04"\nallowed = ["X"]\nseverity = "warning"', tmp_path)

    assert judge(FAMILY, JudgeOptions(invented_people=True, carrier=made)).verdict is Verdict.DOUBTFUL


def test_a_file_of_ours_that_breaks_a_rule_is_not_checked_and_the_family_is_named(tmp_path: Path) -> None:
    made = one_rule('at = "2300/HD05"\nnot_sent = true', tmp_path)
    outcome = check_x12(document_of(FAMILY), carrier=made)

    assert outcome.checked is None
    assert {f.code for f in outcome.findings if f.severity is Severity.ERROR} == {"E834-1093"}
    assert len(outcome.families) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('at = "2300/HD04"', "E834-0148"),
        ('at = "2300/HD04"\nlongest = 3\nrequired = true', "E834-0148"),
        ('at = "2300/HD99"\nrequired = true', "E834-0407"),
        ('at = "2300/XX"\nrequired = true', "E834-0404"),
        ('at = "2300"\nlongest = 3', "E834-0148"),
        ('at = "HEADER/BGN02"\nascending = true', "E834-0148"),
        ('at = "2300/HD04"\nmost = 3', "E834-0148"),
        ('at = "2300/HD04"\nallowed_in = "../../secrets.csv"', "E834-0106"),
        ('at = "2300/HD04"\nallowed_in = "plans.csv"\ncolumn = "nobodys"', "E834-0126"),
        ('at = "2300/HD04"\nlongst = 3\nrequired = true', "E834-0102"),
        ('at = "2300/HD04"\nrequired = "yes"', "E834-0124"),
        ('required = true', "E834-0123"),
        ('at = "2300/HD04"\nrequired = true\nwhen = { at = "2000", is = ["1"] }', "E834-0148"),
        ('at = "2300/HD04"\nrequired = true\nonly = "children"', "E834-0126"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_refused_with_its_place(text: str, code: str, tmp_path: Path) -> None:
    _, findings = rules(f"[rules.CD-1]\n{text}\n", tmp_path)

    assert code in {one.code for one in findings}
    assert all(one.place is not None and one.place.line for one in findings)
