"""Any 834 of anyone's is judged: whatever the bytes are there is a verdict, and each finding has its true place."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.check import RULES
from edi834.check.answer import Answer, answer
from edi834.check.judge import JudgeOptions, Verdict, judge
from edi834.check.rules.rule import Rule
from edi834.check.snip import LEVELS
from edi834.commands.stories import story_of
from edi834.model import Severity
from edi834.x12 import TA1, Ack999, Delimiters, read_acknowledgements, write
from edi834.x12.reading.tokens import split
from tests.check.mutants import mutants
from tests.x12.builders import coverage, interchange, member, names, of_members, transaction_set
from tests.x12.shapes import SHAPES
from tests.x12.stranger import accepts

FIXTURES = Path(__file__).parent / "fixtures"
PASS = sorted(FIXTURES.glob("pass/*.edi"))
FAIL = sorted(FIXTURES.glob("fail/*.edi"))
PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "checking.md"
NOON = datetime(2024, 3, 2, 12)
HIRED = SHAPES["a new hire with medical and dental and a child"]
GOOD = write(of_members(*HIRED)).text


def _codes(content: bytes) -> list[str]:
    return [found.code for found in judge(content).findings]


def _answered(content: bytes) -> Answer:
    return answer(judge(content), control_number=7, moment=NOON)


# --- what is found, and where -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PASS, ids=lambda path: path.stem)
def test_a_file_that_is_right_is_accepted_without_a_word(path: Path) -> None:
    judgement = judge(path.read_bytes(), JudgeOptions(second_opinion=True))

    assert (judgement.verdict, judgement.findings) == (Verdict.ACCEPTED, ())
    assert judgement.second_opinion.startswith("whole")


@pytest.mark.parametrize("path", FAIL, ids=lambda path: path.stem)
def test_a_file_that_is_wrong_is_judged_by_the_rule_in_its_name_alone(path: Path) -> None:
    judgement = judge(path.read_bytes())

    assert {found.code for found in judgement.findings} == {path.name[:9]}
    wrong = any(found.severity is Severity.ERROR for found in judgement.findings)
    assert judgement.verdict is (Verdict.REFUSED if wrong else Verdict.DOUBTFUL)
    assert all(found.snip in (1, 2, 3, 4, 5) for found in judgement.findings)


def test_a_finding_says_segment_loop_element_rule_and_level() -> None:
    content = GOOD.replace(b"HD*021**HLT*PPO500*ECH", b"HD*021**LIF*PPO500*ECH")
    (found,) = judge(content).findings
    number = next(n for n, line in enumerate(content.split(b"~"), start=1) if b"LIF" in line)

    assert (found.code, found.number, found.path) == ("E834-1012", number, "2300/HD03")
    assert (found.segment, found.loop, found.element, found.snip) == ("HD", "2300", "03", 2)
    assert (found.interchange, found.group, found.set_number, found.position) == (1, 1, "0001", number - 2)


def test_a_code_that_somebody_else_keeps_is_of_level_five() -> None:
    found = {(one.code, one.path): one.snip for one in judge(GOOD.replace(b"BOISE*ID", b"BOISE*XX")).findings}

    assert found == {("E834-1012", "2100A/N402"): 5}


@pytest.mark.parametrize(
    "marks", [Delimiters("|", ">", "!", "'"), Delimiters(newline="\r\n"), Delimiters(newline="\n")]
)
def test_any_delimiters_and_line_ends_are_read(marks: Delimiters) -> None:
    content = write(interchange(transaction_set(*HIRED), delimiters=marks)).text

    assert judge(content).verdict is Verdict.ACCEPTED


def test_segments_are_numbered_as_they_stand_where_the_envelope_is_broken() -> None:
    """A set without SE, a segment between sets, a TA1 before the group, and a second interchange behind it all."""
    bad = GOOD.replace(b"BOISE*ID", b"BOISE*XX")
    lines = bad.decode().strip("~").split("~")
    se = next(n for n, line in enumerate(lines) if line.startswith("SE"))
    lines[se : se + 1] = [*lines[2:se], "SE*1*0001", "ZZ*1"]
    lines.insert(1, "TA1*000000001*240301*2215*A*000")
    content = "~".join((*lines, *bad.decode().strip("~").split("~"))) + "~"
    everything = [segment.id for one in split(content.encode())[0] for segment in (one.isa, *one.segments)]

    found = [one for one in judge(content.encode()).findings if one.path == "2100A/N402"]

    assert len(found) == 3
    assert [everything[one.number - 1] for one in found] == ["N4", "N4", "N4"]
    assert [one.interchange for one in found] == [1, 1, 2]


@pytest.mark.parametrize("path", [*PASS, *FAIL][::9], ids=lambda path: path.stem)
def test_every_finding_on_a_mutant_stands_where_its_segment_stands(path: Path) -> None:
    """What is wrong with an element is said of a segment of that name, at the number where it really is."""
    for _, mutant in mutants(path.read_bytes().replace(b"\n", b""), seed=11, number=12):
        ids = {s.number: s.id for one in split(mutant)[0] for s in (one.isa, *one.segments)}
        for found in judge(mutant).findings:
            if found.element and found.code != "E834-1024":
                assert ids[found.number].strip() == found.segment, (found.code, found.path)


def test_interchanges_are_judged_one_by_one_and_a_used_number_is_found() -> None:
    judgement = judge(GOOD + GOOD)

    assert [(found.code, found.interchange) for found in judgement.findings] == [("E834-0523", 2)]
    assert (judgement.counts.interchanges, judgement.counts.members, judgement.counts.subscribers) == (2, 4, 2)


def test_a_file_of_another_kind_is_refused_without_a_search_for_people() -> None:
    judgement = judge(GOOD.replace(b"005010X220A1", b"004010X095A1"))

    assert [(found.code, found.snip) for found in judgement.findings] == [("E834-0519", 2)]
    assert judgement.counts.members == 0


def test_the_letter_u_as_repetition_separator_is_a_doubt_and_not_an_error() -> None:
    judgement = judge(GOOD.replace(b"*2215*^*", b"*2215*U*", 1))

    assert judgement.verdict is Verdict.DOUBTFUL
    assert [found.code for found in judgement.findings] == ["E834-0512"]


def test_numbers_never_issued_are_wrong_only_where_people_are_real() -> None:
    real = GOOD.replace(b"*1*T*:~", b"*1*P*:~")

    assert set(_codes(real)) == {"E834-1036"}
    assert judge(real, JudgeOptions(invented_people=True)).findings == ()


def test_without_a_day_of_the_file_nobody_is_too_young_or_too_old() -> None:
    undated = re.sub(rb"\*240301\*", b"*24XX01*", GOOD).replace(b"*20240301*221530*42", b"*2024XX01*221530*42")

    assert not {"E834-1043", "E834-1044", "E834-1045"} & set(_codes(undated))


def test_of_one_code_only_so_many_are_kept_and_all_are_counted() -> None:
    people = [member("INS*Y*18*030*XN*A", f"REF*0F*E{n}", names("NM1*IL*1*DOE*JANE")) for n in range(30)]
    content = write(of_members(*people)).text.replace(b"*030*XN*", b"*030*QQ*")
    judgement = judge(content, JudgeOptions(most_of_one_code=5))

    assert len([found for found in judgement.findings if found.code == "E834-1012"]) == 5
    assert judgement.by_code["E834-1012"] == 30


# --- anything at all --------------------------------------------------------------------------------------------------


@given(st.binary(max_size=400))
def test_any_bytes_get_a_verdict(content: bytes) -> None:
    assert judge(content).verdict in Verdict


@given(st.data())
def test_any_damage_to_a_file_gets_a_verdict_and_an_answer_that_reads(data: st.DataObject) -> None:
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from("rdi")):
            case "r":
                content[at] = data.draw(st.integers(0, 255))
            case "d":
                del content[at : at + data.draw(st.integers(1, 40))]
            case _:
                content[at:at] = data.draw(st.sampled_from([b"~", b"*", b"ISA*", b"ST*834*0001~", b"SE*1*1~", b"\xff"]))
        if not content:
            break

    answered = _answered(bytes(content))

    assert read_acknowledgements(answered.content).findings == () or not answered.content


@pytest.mark.parametrize(
    "piece", [b"ST*834*0001~SE*2*0001~", b"INS*Y*18*021~", b"INS*N*19*021~REF*0F*1~", b"~", b"GS*BE~"]
)
def test_time_grows_with_the_file_and_not_faster(piece: bytes) -> None:
    head = GOOD[: GOOD.index(b"BGN")]
    took = []
    for times in (500, 4000):
        began = perf_counter()
        judge(head + piece * times)
        took.append(perf_counter() - began)

    assert took[1] < 40 * took[0] + 1.0  # eight times the work; sixty-four times where it is quadratic


def test_no_finding_repeats_what_stands_in_the_file() -> None:
    """A name may stand where an identifier or qualifier belongs; it is shown nowhere."""
    spoiled = (
        GOOD.replace(b"N3*1 MAIN", b"SMITHERS*1 MAIN")
        .replace(b"REF*DX*DEPT7", b"REF*900456789*DEPT7")
        .replace(b"NM1*IL", b"DOE*IL")
    )
    judgement = judge(spoiled)
    said = " ".join(f"{found.message} {found.path} {found.segment}" for found in judgement.findings)

    assert judgement.verdict is Verdict.REFUSED
    assert "2000/REF" in said
    assert not re.search("SMITHERS|900456789|DOE|JANE|BOISE", said)


# --- SNIP levels ------------------------------------------------------------------------------------------------------


def test_every_rule_and_every_code_of_a_fixture_has_a_level() -> None:
    assert {rule.code for rule in RULES} <= set(LEVELS)
    assert {path.name[:9] for path in FAIL} <= set(LEVELS)


def test_the_page_about_checking_has_a_row_for_every_code_with_its_level() -> None:
    rows = dict(re.findall(r"^\| `(E834-\d{4})` \| (\d)", PAGE.read_text(encoding="utf-8"), re.MULTILINE))

    assert rows == {code: str(level) for code, level in LEVELS.items()}


# --- the answer -------------------------------------------------------------------------------------------------------


def test_a_file_that_is_right_is_accepted_by_ta1_and_999() -> None:
    answered = _answered(GOOD)
    ta1, ack = read_acknowledgements(answered.content).found

    assert isinstance(ta1, TA1)
    assert isinstance(ack, Ack999)
    assert (ta1.verdict, ta1.interchange_control_number, ta1.envelope.receiver_id) == ("A", 42, "900123456")
    assert (ack.verdict, ack.included, ack.accepted) == ("A", 1, 1)
    assert (answered.accepted, answered.rejected, answered.interchanges) == ((1,), (), 2)


def test_a_999_rejects_the_set_with_the_error_and_says_where_without_the_value() -> None:
    bad = transaction_set(
        member(
            "INS*Y*18*030*XN*A", "REF*0F*E9", names("NM1*IL*1*DOE*JANE"),
            coverage("HD*030**HLT*P*ECH", "DTP*348*D8*20240201"),
        ),
        number="0002",
    )  # fmt: skip
    content = write(interchange(transaction_set(*HIRED), bad)).text.replace(b"HD*030**HLT", b"HD*030**LIF")
    answered = _answered(content)
    _, ack = read_acknowledgements(answered.content).found

    assert isinstance(ack, Ack999)
    assert (ack.verdict, [one.control_number for one in ack.sets if not one.accepted]) == ("P", ["0002"])
    ((error,),) = [one.errors for one in ack.sets if not one.accepted]
    assert (error.segment_id, error.loop, error.code) == ("HD", "2300", "8")
    assert [(one.position, one.code, one.reference) for one in error.elements] == [(3, "7", "1205")]
    assert b"LIF" not in answered.content
    assert accepts(answered.content)


@pytest.mark.parametrize("path", FAIL, ids=lambda path: path.stem)
def test_the_999_on_every_wrong_file_reads_and_agrees_with_the_verdict(path: Path) -> None:
    judgement = judge(path.read_bytes())
    answered = answer(judgement, control_number=1, moment=NOON)
    acknowledged = read_acknowledgements(answered.content)

    assert acknowledged.findings == ()
    assert bool(answered.rejected) == (judgement.verdict is Verdict.REFUSED)
    for ack in acknowledged.found:
        if isinstance(ack, Ack999):
            assert (ack.verdict == "A") == (judgement.verdict is not Verdict.REFUSED)


def test_a_stranger_accepts_the_999s() -> None:
    for path in FAIL[::2]:
        content = answer(judge(path.read_bytes()), control_number=1, moment=NOON).content
        if b"ST*999" in content:
            assert accepts(content), path.stem


@pytest.mark.parametrize(
    ("broken", "note"),
    [
        (GOOD.replace(b"IEA*1*000000042~", b""), "023"),
        (GOOD.replace(b"IEA*1*000000042~", b"IEA*1*000000043~"), "001"),
        (GOOD.replace(b"IEA*1*000000042~", b"IEA*2*000000042~"), "021"),
        (GOOD.replace(b"*00501*", b"*00401*"), "017"),
        (GOOD.replace(b"*240301*", b"*249901*", 1), "014"),
        (GOOD[: GOOD.index(b"GS*")] + b"IEA*0*000000042~", "024"),
    ],
)
def test_a_broken_envelope_is_answered_by_a_ta1_alone(broken: bytes, note: str) -> None:
    (ta1,) = read_acknowledgements(_answered(broken).content).found

    assert isinstance(ta1, TA1)
    assert (ta1.verdict, ta1.note_code) == ("R", note)


def test_without_a_wish_for_a_ta1_there_is_none() -> None:
    (ack,) = read_acknowledgements(_answered(GOOD.replace(b"*000000042*1*T", b"*000000042*0*T")).content).found

    assert isinstance(ack, Ack999)


def test_an_acknowledgment_is_not_acknowledged() -> None:
    answered = _answered(_answered(GOOD).content)

    assert answered.content == b""
    assert answered.unanswered == (1, 2)


def test_who_cannot_be_addressed_is_not_answered() -> None:
    answered = _answered(GOOD.replace(b"900123456      ", b"900\xe9\xe91234      ", 1))

    assert (answered.content, answered.unanswered) == (b"", (1,))


def test_a_wrong_count_in_a_group_rejects_its_sets() -> None:
    answered = _answered(GOOD.replace(b"GE*1*", b"GE*2*"))
    _, ack = read_acknowledgements(answered.content).found

    assert isinstance(ack, Ack999)
    assert ack.verdict == "R"


def test_many_findings_of_one_kind_do_not_hide_a_set_from_its_999() -> None:
    sets = [
        transaction_set(member("INS*Y*18*030*XN*A", f"REF*0F*E{n}", names("NM1*IL*1*DOE*JANE")), number=f"{n:04}")
        for n in range(1, 9)
    ]
    content = write(interchange(*sets)).text.replace(b"*030*XN*", b"*030*QQ*")
    judgement = judge(content, JudgeOptions(most_of_one_code=2))
    ack = read_acknowledgements(answer(judgement, control_number=1, moment=NOON).content).found[-1]

    assert len([found for found in judgement.findings if found.code == "E834-1012"]) == 2
    assert isinstance(ack, Ack999)
    assert (ack.accepted, len(ack.sets)) == (0, 8)


# --- the spelling of an envelope, and the verdict on a group ---------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"ACME TOYS", b"ACME\tTOYS", "E834-1019"),
        (b"ACME TOYS", b"ACME\nTOYS", "E834-1019"),
        (b"*0001~GE", b"*0001*~GE", "E834-0524"),
        (b"*0001~GE", b"*0001*X~GE", "E834-1001"),
        (b"*X*005010X220A1", b"*T*005010X220A1", "E834-1012"),
        (b"*X*005010X220A1", b"**005010X220A1", "E834-1012"),
    ],
)
def test_what_pyx12_finds_in_the_envelope_and_its_characters_we_find(old: bytes, new: bytes, code: str) -> None:
    assert old in GOOD

    assert [found.code for found in judge(GOOD.replace(old, new)).findings] == [code]


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_line_ends_after_segments_are_no_control_characters(newline: bytes) -> None:
    assert judge(GOOD.replace(b"~", b"~" + newline)).verdict is Verdict.ACCEPTED
    assert judge(GOOD.replace(b"~", newline)).verdict is Verdict.ACCEPTED


def test_separators_may_be_control_characters() -> None:
    """Many carriers' files are cut at FS, GS, RS and US, as some standards of old have it."""
    marks = bytes.maketrans(b"~*^:", b"\x1c\x1d\x1e\x1f")
    assert judge(GOOD.translate(marks)).verdict is Verdict.ACCEPTED
    broken = GOOD.replace(b"ACME TOYS", b"ACME\x07TOYS").translate(marks)
    assert [found.code for found in judge(broken).findings] == ["E834-1019"]


@pytest.mark.parametrize(
    ("old", "new", "codes", "included"),
    [
        (b"~GE*1*", b"~GE*2*", ("5",), 2),
        (b"~GE*1*42~", b"~GE*1*43~", ("4",), 1),
        (b"GE*1*42~", b"GE*2*43~", ("5", "4"), 2),
    ],
)
def test_a_group_that_is_broken_is_rejected_with_its_reason(
    old: bytes, new: bytes, codes: tuple[str, ...], included: int
) -> None:
    assert old in GOOD
    *_, ack = read_acknowledgements(_answered(GOOD.replace(old, new)).content).found

    assert isinstance(ack, Ack999)
    assert (ack.verdict, ack.codes, ack.included, ack.accepted) == ("R", codes, included, 0)


def test_of_two_groups_the_one_without_its_end_is_rejected() -> None:
    start, end = GOOD.index(b"GS*"), GOOD.index(b"IEA*")
    second = (
        GOOD[start:end]
        .replace(b"*42*X*", b"*43*X*")
        .replace(b"GE*1*42~", b"GE*1*43~")
        .replace(b"*0001", b"*0002")
        .replace(b"E1001", b"E1009")
    )
    both = GOOD[:end].replace(b"GE*1*42~", b"") + second + GOOD[end:].replace(b"IEA*1", b"IEA*2")
    first, other = (one for one in read_acknowledgements(_answered(both).content).found if isinstance(one, Ack999))

    assert (first.verdict, first.codes) == ("R", ("3",))
    assert [one.verdict for one in first.sets] == ["R"]
    assert (other.verdict, other.codes, other.group_control_number) == ("A", (), 43)


def test_a_set_that_breaks_only_situations_is_rejected_with_the_guides_code() -> None:
    *_, situation = read_acknowledgements(_answered(GOOD.replace(b"*83702~", b"*8370~")).content).found
    *_, syntax = read_acknowledgements(_answered(GOOD.replace(b"DMG*D8*19800101", b"DMG*D8*19801301")).content).found

    assert isinstance(situation, Ack999)
    assert isinstance(syntax, Ack999)
    assert [one.codes for one in situation.sets] == [("I5",)]
    assert [one.codes for one in syntax.sets] == [("5",)]


def test_every_remedy_of_a_judged_file_speaks_to_whoever_has_it() -> None:
    ours = re.compile(r"benefits system|report a defect|Map |Assign |Take ", re.IGNORECASE)
    wrong = {
        code: reported for code in LEVELS if ours.search(reported := story_of(code).elsewhere or story_of(code).remedy)
    }

    assert wrong == {}


SUBJECTS = {
    "E834-1030": r"INS\*Y\*18", "E834-1031": r"INS\*Y\*18[\s\S]*INS\*Y\*18", "E834-1032": r"INS\*N[\s\S]*INS\*N",
    "E834-1033": r"INS\*Y[\s\S]*INS\*N", "E834-1034": r"\*(?:4|RX)~[\s\S]*INS\*N", "E834-1035": r"\*34\*\d{9}",
    "E834-1036": r"\*34\*\d{9}", "E834-1037": r"N4\*[^~]*\*\d{5}", "E834-1038": r"N4\*",
    "E834-1039": r"INS\*Y\*18\*\d*\*\d*\*C",
    "E834-1040": r"DMG\*", "E834-1041": r"NM1\*70", "E834-1042": r"REF\*0F[\s\S]*REF\*1L", "E834-1043": r"DMG\*D8",
    "E834-1044": r"DMG\*D8", "E834-1045": r"INS\*(?:[^*~]*\*){10}D8", "E834-1046": r"DTP\*348[^~]*~\s*DTP\*349",
    "E834-1047": r"DTP\*340[\s\S]*DTP\*341", "E834-1048": r"DTP\*348", "E834-1049": r"INS\*Y\*18\*021[\s\S]*DTP\*356",
    "E834-1050": r"INS\*Y\*18\*024", "E834-1051": r"HD\*024", "E834-1052": r"HD\*024", "E834-1053": r"INS\*Y\*18\*021",
    "E834-1054": r"INS\*Y\*18\*024[\s\S]*HD\*024", "E834-1055": r"HD\*", "E834-1056": r"AMT\*", "E834-1057": r"AMT\*",
    "E834-1058": r"HD\*[\s\S]*HD\*", "E834-1059": r"BGN\*[^~]*\*4~", "E834-1060": r"BGN\*[^~]*\*4~",
    "E834-1061": r"BGN\*15", "E834-1062": r"BGN\*22", "E834-1063": r"N4\*[^~]*\*\d{9}",
    "E834-1067": r"REF\*F6[\s\S]*DTP\*338", "E834-1068": r"\*E\*\*RT", "E834-1069": r"INS\*Y\*18\*024\*03",
}  # fmt: skip
"""What a rule looks at: a right file in which it stands is one that the rule lets pass."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_a_right_file_in_which_it_had_something_to_look_at(rule: Rule) -> None:
    rights = [
        path.read_text(encoding="ascii") for path in sorted((Path(__file__).parent / "fixtures" / "pass").glob("*"))
    ]

    assert any(re.search(SUBJECTS[rule.code], text) for text in rights)
