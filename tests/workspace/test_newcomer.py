"""A newcomer's path: make a workspace, copy a carrier, break it; each mistake is shown at its line with the mend."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.commands.workspace import Ran, in_process

CARRIER, FEED, MAPPING = "carrier.toml", "feeds/medical.toml", "mappings/medical.toml"
PLANS, GRANT = "codes/plans.csv", "grants/example-group/acme.toml"
CODES = '[codes]\nplans = "codes/plans.csv"\n'
FLAT = """format = "fixed"
[layout]
[[layout.record]]
name = "D"
level = "person_coverage"
fields = [
  { name = "id", width = 12, value = "member.member_id" },
]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new workspace with a carrier of one's own, copied from the example."""
    home = tmp_path_factory.mktemp("newcomer") / "benefits"
    assert in_process("init", home).status == 0
    shutil.copytree(home / "carriers/example", home / "carriers/acme")
    for file in ("carrier.toml", "feeds/medical.toml"):
        path = home / "carriers/acme" / file
        text = path.read_text(encoding="utf-8")
        path.write_text(
            text.replace('"example"', '"acme"').replace("example-medical", "acme-medical").replace('"834_', '"ACME_'),
            encoding="utf-8",
        )
    grant = home / "grants/example-group/example.toml"
    (home / GRANT).write_text(grant.read_text(encoding="utf-8").replace('"example"', '"acme"'), encoding="utf-8")
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "benefits"
    shutil.copytree(made, copy)
    return copy


def check(home: Path, *more: str) -> Ran:
    return in_process("--home", home, "check", *more)


def path_of(home: Path, file: str) -> Path:
    return home / file if file.startswith("grants/") else home / "carriers/acme" / file


def rewrite(home: Path, file: str, old: str, new: str) -> int:
    """Change a file; gives the line on which the change begins."""
    path = path_of(home, file)
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} does not hold {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_a_copied_carrier_has_nothing_wrong_but_what_its_owner_must_still_bring(home: Path) -> None:
    ran = check(home, "acme-medical", "--format", "concise")

    assert ran.status == 0, ran.out


SET = "\"2300/HD04\" = \"coverage.plan_code | lookup('plans', 'carrier_plan')\""

BREAKS = {
    "a key that is misspelt": (FEED, "due_hours", "due_hour", "E834-0102", "due_hours"),
    "a word that is not offered": (FEED, 'mode = "changes"', 'mode = "change"', "E834-0126", "changes"),
    "a number where a text is due": (FEED, 'mode = "changes"', "mode = 1", "E834-0124", ""),
    "a benefit that there is not": (FEED, '"medical"]', '"medicin"]', "E834-0126", ""),
    "a name of a file without a number": (FEED, "_{control_number}", "", "E834-0133", "control_number"),
    "a quotation mark left out": (FEED, 'mode = "changes"', 'mode = "changes', "E834-0101", "quotes"),
    "a key that stands twice": (FEED, 'mode = "changes"', 'mode = "changes"\nmode = "changes"', "E834-0101", "once"),
    "a carrier called otherwise than its folder": (CARRIER, 'id = "acme"', 'id = "acmee"', "E834-0131", "same name"),
    "a kind of channel that there is not": (CARRIER, 'kind = "sftp"', 'kind = "ftp"', "E834-0126", ""),
    "a loop that the guide does not have": (MAPPING, "2300/HD04", "2301/HD04", "E834-0403", "2300/HD04"),
    "an element without its two digits": (MAPPING, "2300/HD04", "2300/HD4", "E834-0404", "2300/HD04"),
    "a qualifier that the guide does not have": (MAPPING, SET, '"2000/REF[XQ]02" = "\'1\'"', "E834-0406", ""),
    "a field that is misspelt": (MAPPING, "plan_code", "plancode", "E834-0602", "coverage.plan_code"),
    "a filter that there is not": (MAPPING, "| lookup", "| lokup", "E834-0604", "lookup"),
    "a table that is misspelt": (MAPPING, "lookup('plans'", "lookup('plan'", "E834-0606", "plans"),
    "a column that the table does not have": (MAPPING, "'carrier_plan'", "'carier_plan'", "E834-0606", "carrier_plan"),
    "a code outside the guide's list": (MAPPING, SET, '"2000/INS03" = "\'022\'"', "E834-0614", "025"),
    "a code without its inner quotes": (MAPPING, SET, '"2000/INS03" = "021"', "E834-0601", "'021'"),
    "a number for a code": (MAPPING, SET, '"2000/INS03" = 21', "E834-0103", "quotes"),
    "a literal that is too long": (MAPPING, SET, f'"2300/HD04" = "\'{"x" * 51}\'"', "E834-0615", ""),
    "a date as text": (MAPPING, SET, '"2000/REF[17]02" = "member.hire_date"', "E834-0613", "date("),
    "a name that has no value there": (MAPPING, SET, '"2000/REF[17]02" = "span.begin"', "E834-0611", ""),
    "a required element without a source": (MAPPING, SET, '"2100D/NM103" = "\'x\'"', "E834-0616", ""),
    "an assignment to a whole segment": (MAPPING, SET, '"2300/HD" = "\'x\'"', "E834-0618", ""),
    "a rule that there is not": (
        MAPPING,
        CODES,
        CODES + '[rules]\ntermnation = "hd_only"\n',
        "E834-0137",
        "termination",
    ),
    "a repeated key of a code table": (PLANS, "\n", "\nPPO500,A\nPPO500,B\n", "E834-0106", ""),
    "a row with too many cells": (PLANS, "\n", "\nPPO500,A,B\n", "E834-0106", ""),
    "a field that the grant misspells": (
        GRANT,
        '"member.last_name"',
        '"member.lastname"',
        "E834-0205",
        "member.last_name",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "code", "mend"), BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_shown_at_its_line_with_the_mend(
    file: str, old: str, new: str, code: str, mend: str, home: Path
) -> None:
    line = rewrite(home, file, old, new)
    ran = check(home)
    facts = [json.loads(row) for row in check(home, "--format", "json").out.splitlines()]

    assert ran.status == 4, ran.out
    shown = path_of(home, file).relative_to(home).as_posix()
    found = [e for e in facts if e["event"] == "finding" and e["code"] == code and e["where"].startswith(f"{shown}:")]
    assert found, ran.out
    at = int(found[0]["where"].split(":")[1].split(" ")[0])
    # A word of a list, or of a table that a channel reads for itself, is shown at the key that holds it.
    above = 40 if file in (GRANT, CARRIER) else 0
    assert line - above <= at <= line + new.count("\n"), found[0]
    assert found[0]["remedy"]
    assert mend in found[0]["message"] + found[0]["remedy"]
    assert f"--> {found[0]['where']}" in ran.out


DOUBTS = {
    "a code table that nothing uses": (CODES, CODES + '[tables.tiers]\na = "b"\n', "E834-0621", "[tables.tiers]"),
    "one address in two spellings": (SET, f'"2000/2300/HD04" = "coverage.plan_code"\n{SET}', "E834-0622", "2000/2300"),
    "nothing to take away": (SET, f'"2100F" = false\n{SET}', "E834-0622", "2100F"),
    "a condition that never changes": (SET, '"2300/HD04" = "\'A\' if true else \'B\'"', "E834-0622", "HD04"),
    "a table of another format": (CODES, CODES + "[show]\nPlan = \"coverage.plan_code\"\n", "E834-0622", "Plan"),
    "a code table with gaps": (
        CODES,
        CODES + '"2000/REF[17]02" = "x"\n[tables.g]\nF = "1"\n',
        "",
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code", "at"), [d for d in DOUBTS.values() if d[2]], ids=[k for k, d in DOUBTS.items() if d[2]]
)
def test_what_does_nothing_is_a_warning_at_its_line(old: str, new: str, code: str, at: str, home: Path) -> None:
    rewrite(home, MAPPING, old, new)
    ran = check(home, "acme-medical", "--format", "concise")
    lines = path_of(home, MAPPING).read_text(encoding="utf-8").splitlines()

    assert ran.status == 0, ran.out
    (found,) = re.findall(rf"^carriers/acme/{MAPPING}:(\d+):\d+: {code} warning: ", ran.out, re.MULTILINE)
    assert at in lines[int(found) - 1]


def test_a_code_table_that_lacks_a_word_of_the_vocabulary_is_reported_before_anybody_has_it(home: Path) -> None:
    rewrite(home, MAPPING, SET, f'{SET}\n"2000/REF[17]02" = "member.gender | lookup(\'genders\')"')
    rewrite(home, MAPPING, CODES, CODES + '[tables.genders]\nF = "1"\n')
    lacking = check(home, "acme-medical", "--format", "concise").out
    rewrite(home, MAPPING, 'F = "1"', 'F = "1"\n"*" = ""')

    assert re.search(
        rf"^carriers/acme/{MAPPING}:\d+:\d+: E834-0623 warning: .*member\.gender = ", lacking, re.MULTILINE
    )
    assert "E834-0623" not in check(home, "acme-medical", "--format", "concise").out


def test_a_field_that_the_grant_does_not_speak_of_is_reported(home: Path) -> None:
    rewrite(home, MAPPING, SET, f'{SET}\n"2000/REF[17]02" = "member.union_code"')
    ran = check(home, "acme-medical")

    assert ran.status == 4
    assert "E834-0203" in ran.out
    assert "member.union_code" in ran.out
    assert GRANT in ran.out


def test_two_feeds_that_would_write_the_same_remote_name_are_reported(home: Path) -> None:
    feed = path_of(home, FEED)
    text = feed.read_text(encoding="utf-8").replace("acme-medical", "acme-dental")
    feed.with_name("dental.toml").write_text(text, encoding="utf-8")

    ran = check(home, "--format", "concise")

    assert ran.status == 4
    assert re.search(r"^carriers/acme/feeds/\w+\.toml:?.*E834-0135", ran.out, re.MULTILINE), ran.out


def test_a_mark_stands_below_what_is_wrong(home: Path) -> None:
    rewrite(home, FEED, 'mode = "changes"', '  mode = "change"')
    lines = check(home).out.splitlines()
    at = next(n for n, line in enumerate(lines) if '|    mode = "change"' in line)

    assert lines[at + 1].index("^") == lines[at].index("mode")
    assert lines[at + 1].count("^") == len("mode")


def test_the_wrong_files_are_described_for_editors_as_sarif(home: Path) -> None:
    line = rewrite(home, FEED, "due_hours", "due_hour")
    ran = check(home, "--format", "sarif")
    log = json.loads(ran.out)

    assert ran.status == 4
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
    (found,) = [r for r in run["results"] if r["ruleId"] == "E834-0102"]
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == f"carriers/acme/{FEED}"
    assert place["region"]["startLine"] == line
    assert place["region"]["startColumn"] == 1
    assert "due_hour" in place["region"]["snippet"]["text"]
    assert "due_hours" in found["message"]["text"]


def test_without_a_mistake_the_log_has_no_results(home: Path) -> None:
    ran = check(home, "acme-medical", "--format", "sarif")

    assert ran.status == 0, ran.out
    assert json.loads(ran.out)["runs"][0]["results"] == []


def test_a_carrier_with_a_flat_layout_is_checked_the_same_way(home: Path) -> None:
    path_of(home, MAPPING).write_text(FLAT.replace("width = 12", "widht = 12"), encoding="utf-8")
    ran = check(home, "acme-medical", "--format", "concise")

    assert ran.status == 4
    assert re.search(rf"^carriers/acme/{MAPPING}:7:\d+: E834-1140 error: .*widht", ran.out, re.MULTILINE), ran.out
