"""``validate``: anybody's 834 is judged by its bytes, with or without a workspace, and its sender is answered."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from edi834.x12 import Ack999, read_acknowledgements, write
from tests.commands.workspace import Ran, Sample, in_process
from tests.x12.builders import of_members
from tests.x12.shapes import SHAPES

GOOD = write(of_members(*SHAPES["a new hire with medical and dental and a child"])).text
BAD = GOOD.replace(b"HD*021**HLT", b"HD*021**LIF", 1)
DOUBTFUL = GOOD.replace(b"*83702~", b"*83702-1234~")
VALUES = ("JANE", "DOE", "SAM", "900456789", "19800101", "BOISE", "83702", "PPO500", "E1001", "LIF")

# What SARIF 2.1.0 asks of the parts that are written here.
SARIF = {
    "type": "object",
    "required": ["version", "runs", "$schema"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name", "rules"],
                                "properties": {"rules": {"type": "array", "items": {"$ref": "#/$defs/rule"}}},
                            }
                        },
                    },
                    "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
                },
            },
        },
    },
    "$defs": {
        "text": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}},
        "rule": {
            "type": "object",
            "required": ["id", "shortDescription", "fullDescription", "help", "defaultConfiguration"],
            "properties": {
                "id": {"type": "string"},
                "shortDescription": {"$ref": "#/$defs/text"},
                "fullDescription": {"$ref": "#/$defs/text"},
                "help": {"$ref": "#/$defs/text"},
            },
        },
        "result": {
            "type": "object",
            "required": ["ruleId", "ruleIndex", "level", "message", "locations"],
            "properties": {
                "ruleIndex": {"type": "integer", "minimum": 0},
                "level": {"enum": ["none", "note", "warning", "error"]},
                "message": {"$ref": "#/$defs/text"},
                "locations": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "physicalLocation": {
                                "type": "object",
                                "required": ["artifactLocation"],
                                "properties": {
                                    "artifactLocation": {
                                        "type": "object",
                                        "required": ["uri"],
                                        "properties": {"uri": {"type": "string", "pattern": r"^[^\s<>\"]+$"}},
                                    }
                                },
                            }
                        },
                    },
                },
            },
        },
    },
}


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder outside of every workspace, with three files of three verdicts."""
    inbound = tmp_path / "in bound"
    inbound.mkdir()
    for name, content in (("good.834", GOOD), ("bad.edi", BAD), ("doubtful.txt", DOUBTFUL)):
        (inbound / name).write_bytes(content)
    (inbound / "notes.txt").write_text("not an 834", encoding="utf-8")
    (inbound / ".hidden.834").write_bytes(BAD)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EDI834_HOME", raising=False)
    return inbound


def _json(*arguments: str | Path) -> Ran:
    return in_process("--json", "validate", *arguments)


def test_a_file_without_errors_ends_with_zero_and_one_with_errors_with_one(nowhere: Path) -> None:
    good, bad, doubtful = (_json(nowhere / name) for name in ("good.834", "bad.edi", "doubtful.txt"))

    assert (good.status, bad.status, doubtful.status) == (0, 1, 0)
    assert good.event("file")["verdict"] == "accepted"
    assert bad.event("file")["verdict"] == "refused"
    assert doubtful.event("file")["verdict"] == "accepted with warnings"


def test_a_finding_says_segment_loop_element_rule_and_level(nowhere: Path) -> None:
    found = _json(nowhere / "bad.edi").event("finding")
    number = next(n for n, line in enumerate(BAD.split(b"~"), start=1) if b"LIF" in line)

    assert (found["code"], found["severity"], found["snip"]) == ("E834-1012", "error", 2)
    assert (found["number"], found["loop"], found["segment"], found["element"]) == (number, "2300", "HD", "03")
    assert (found["set"], found["position"], found["path"]) == ("0001", number - 2, "2300/HD03")
    assert found["remedy"]


def test_a_person_reads_what_is_wrong_where_and_what_to_do(nowhere: Path) -> None:
    ran = in_process("validate", nowhere / "bad.edi")

    assert ran.status == 1
    assert "bad.edi: refused, 1 error" in ran.out
    assert re.search(r"bad\.edi:18 \(2300/HD03; SNIP 2; set 0001, segment 16\)", ran.out)
    assert "help:" in ran.out


def test_concise_is_one_line_a_finding(nowhere: Path) -> None:
    ran = in_process("validate", nowhere / "bad.edi", "--format", "concise")

    (line,) = ran.out.splitlines()
    assert line.endswith(
        "bad.edi:18: 2300/HD03 E834-1012 error SNIP2: Insurance line is none of the codes of the guide"
    )


def test_of_one_code_as_many_are_listed_as_were_asked_for_and_all_are_counted(nowhere: Path) -> None:
    (nowhere / "often.834").write_bytes(GOOD.replace(b"HD*021**HLT", b"HD*021**LIF"))
    ran = _json(nowhere / "often.834", "--most", "1")

    assert len([e for e in ran.events if e["event"] == "finding"]) == 1
    assert ran.event("file")["by_code"] == {"E834-1012": 2}


def test_in_a_folder_whatever_is_an_834_is_judged_and_nothing_else(nowhere: Path) -> None:
    ran = _json(nowhere)

    assert ran.status == 1
    assert [Path(e["file"]).name for e in ran.events if e["event"] == "file"] == ["bad.edi", "doubtful.txt", "good.834"]
    summary = ran.event("summary")
    assert (summary["files"], summary["accepted"], summary["accepted_with_warnings"], summary["refused"]) == (
        3,
        1,
        1,
        1,
    )


def test_no_form_of_output_shows_a_value(nowhere: Path) -> None:
    for shape in ("full", "concise", "json", "sarif"):
        said = in_process("validate", nowhere, "--format", shape).said
        assert "E834-1012" in said
        assert [value for value in VALUES if value in said] == [], shape


def test_sarif_has_the_form_that_editors_read(nowhere: Path) -> None:
    ran = in_process("validate", nowhere, "--format", "sarif")
    log = json.loads(ran.out)

    assert ran.status == 1
    jsonschema.validate(log, SARIF)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert {(r["ruleId"], r["level"]) for r in run["results"]} == {("E834-1012", "error"), ("E834-1063", "warning")}
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])
    assert "%20" in run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert run["results"][0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "2300/HD03"


def test_the_answer_to_one_file_goes_into_one_file(nowhere: Path, tmp_path: Path) -> None:
    ran = _json(nowhere / "bad.edi", "--ack", tmp_path / "answer.999", "--ack-number", "7")
    content = (tmp_path / "answer.999").read_bytes()
    ta1, ack = read_acknowledgements(content).found

    assert ran.status == 1
    assert isinstance(ack, Ack999)
    assert (ack.verdict, ta1.envelope.control_number, ack.envelope.control_number) == ("R", 7, 8)
    assert ran.event("acknowledged")["rejected"] == [1]
    assert b"LIF" not in content


def test_the_answers_to_several_files_go_into_a_folder_with_numbers_of_their_own(nowhere: Path, tmp_path: Path) -> None:
    ran = _json(nowhere, "--ack", tmp_path / "answers")
    answers = sorted((tmp_path / "answers").iterdir())
    numbers = [
        one.envelope.control_number for each in answers for one in read_acknowledgements(each.read_bytes()).found
    ]

    assert ran.status == 1
    assert [each.name for each in answers] == ["bad.edi.999", "doubtful.txt.999", "good.834.999"]
    assert numbers == [1, 2, 3, 4, 5, 6]


def test_an_answer_never_replaces_the_file_it_answers(nowhere: Path) -> None:
    ran = _json(nowhere / "good.834", "--ack", nowhere / "good.834")

    assert (ran.status, "E834-0031" in ran.err) == (2, True)
    assert (nowhere / "good.834").read_bytes() == GOOD


def test_answers_to_several_files_do_not_fit_into_one(nowhere: Path) -> None:
    ran = _json(nowhere, "--ack", nowhere / "notes.txt")

    assert (ran.status, "E834-0031" in ran.err) == (2, True)


def test_an_answer_that_cannot_be_written_is_said(nowhere: Path) -> None:
    ran = _json(nowhere / "good.834", "--ack", nowhere / "no" / "such" / "folder.999")

    assert (ran.status, "E834-0031" in ran.err) == (2, True)


def test_a_folder_for_answers_that_cannot_be_made_is_said(nowhere: Path) -> None:
    ran = _json(nowhere, "--ack", nowhere / "notes.txt" / "answers")

    assert (ran.status, "E834-0031" in ran.err) == (2, True)


def test_what_is_not_there_is_said_by_its_name(nowhere: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()

    for path in (nowhere / "none.834", empty):
        ran = _json(path)
        assert (ran.status, "E834-0030" in ran.err) == (10, True)


def test_any_bytes_are_a_refused_file(nowhere: Path) -> None:
    (nowhere / "noise.834").write_bytes(bytes(range(256)) * 40)

    assert _json(nowhere / "noise.834").status == 1


def test_a_second_opinion_is_asked_on_request(nowhere: Path) -> None:
    assert _json(nowhere / "good.834", "--second-opinion").event("file")["second_opinion"].startswith("whole")


def test_in_a_workspace_of_invented_people_their_numbers_are_as_they_should_be(sample: Sample, nowhere: Path) -> None:
    production = nowhere / "production.834"
    production.write_bytes(GOOD.replace(b"*1*T*:~", b"*1*P*:~"))

    assert _json(production).status == 1
    assert _json(production, "--invented-people").status == 0
    assert sample.json("validate", production).status == 0


def test_what_the_samples_carriers_get_is_accepted(sample: Sample) -> None:
    from tests.commands.snapshots import write_snapshot

    assert sample.only("northstar").nightly(write_snapshot(sample.home / "day-1")).status == 0
    (content,) = sample.opened("northstar")
    file = sample.home / "arrived.834"
    file.write_bytes(content)

    assert sample.json("validate", file, "--second-opinion").event("file")["counts"]["errors"] == 0


def test_a_list_that_others_keep_is_left_out_on_request(nowhere: Path) -> None:
    file = nowhere / "quebec.834"
    file.write_bytes(GOOD.replace(b"N4*BOISE*ID*83702", b"N4*BOISE*ZQ*83702"))
    asked, without = _json(file), _json(file, "--without", "states", "--without", "languages")

    assert (asked.status, without.status) == (1, 0)
    assert asked.event("file")["by_code"] == {"E834-1012": 1}
    assert _json(file, "--without", "planets").status == 2


# --- a carrier's own rules --------------------------------------------------------------------------------------------


def test_a_file_is_judged_by_the_rules_of_a_feeds_carrier(sample: Sample, nowhere: Path) -> None:
    file = nowhere / "good.834"
    without, asked = sample.json("validate", file), sample.json("validate", file, "--feed", "cedar-dental")

    assert (without.status, asked.status) == (0, 1)
    found = [event for event in asked.events if event["event"] == "finding"]
    assert {event["snip"] for event in found} == {7}
    assert {event["message"].split(":")[0] for event in found} == {"CD-01", "CD-02", "CD-03"}
    assert not [value for value in VALUES if value in asked.said]


def test_what_the_carrier_gets_from_us_keeps_its_rules(sample: Sample) -> None:
    from tests.commands.snapshots import write_snapshot

    assert sample.only("cedar").nightly(write_snapshot(sample.home / "day-1")).status == 0
    (content,) = sample.opened("cedar")
    file = sample.home / "arrived.834"
    file.write_bytes(content)

    assert sample.json("validate", file, "--feed", "cedar-dental").event("file")["counts"]["errors"] == 0


def test_a_feed_whose_carrier_has_no_rules_is_not_judged_as_if_it_had(sample: Sample, nowhere: Path) -> None:
    ran = sample.run("validate", nowhere / "good.834", "--feed", "northstar-medical")

    assert ran.status == 10
    assert "E834-0032" in ran.err


def test_rules_that_cannot_be_read_are_said_with_their_place(sample: Sample, nowhere: Path) -> None:
    file = sample.home / "carriers" / "cedar" / "checks.toml"
    file.write_text(file.read_text(encoding="utf-8") + '\n[rules.CD-99]\nat = "2300/HD99"\nrequired = true\n')
    ran = sample.run("validate", nowhere / "good.834", "--feed", "cedar-dental")

    assert ran.status == 4
    assert "carriers/cedar/checks.toml" in ran.err
    assert "E834-0407" in ran.err
    assert sample.run("check", "cedar-dental").status == 4
    assert sample.run("check", "northstar-medical").status == 0


def test_a_remedy_is_for_whoever_has_the_file_and_not_for_our_mapping(nowhere: Path) -> None:
    ran = in_process("validate", nowhere / "bad.edi")

    assert "Send one of the codes that the guide lists there." in ran.out
    assert "mapping" not in ran.out
