"""The schemas agree with the readers: what the engine reads is allowed, and what it does not read is refused."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from delivery.registry import OPTIONS
from edi834.book import read_dialect
from edi834.mapping import envelope_settings
from edi834.workspace.schemas import every_schema
from tests.house.tree import ROOT, files

SCHEMAS = {one.name: one for one in every_schema(OPTIONS)}
BASES = ("edi834/commands/template", "samples/workspace", "tests/laws/forms")
OTHERS = {
    "pyproject.toml": "its schema is public, and no part of this project",
    "tests/laws/forms/carries.toml": "one test's own table",
}
"""Files that no schema here is for, and why."""
IN_PAGES = {
    ("docs/operating/answers.md", 0): ("carrier", "outbox"),
    ("docs/operating/answers.md", 1): ("feed", "answer"),
    ("docs/operating/answers.md", 2): ("carrier", "outbox"),
    ("docs/operating/answers.md", 3): ("report", ""),
    ("docs/operating/reconcile.md", 0): ("mapping", ""),
    ("docs/concepts/checking.md", 0): ("checks", ""),
    ("docs/operating/worklists.md", 0): ("workspace", "paper"),
    ("docs/snapshot.md", 0): ("workspace", "source"),
}
"""What a page shows of a file: the schema that is for it, and the one table that is shown, '' where it is whole."""


def written() -> Iterator[tuple[str, Path]]:
    """Every TOML file of the project that an operator could have written, with the schema that is for it."""
    for path in files():
        base = next((b for b in BASES if path.is_relative_to(b)), None)
        below = path.relative_to(base) if base else path
        if path.parent == Path("tests/laws/forms"):
            below = Path("mappings", path.name)
        named = [
            n
            for n, s in SCHEMAS.items()
            if any(len(below.parts) == len(Path(p).parts) and below.match(p) for p in s.files)
        ]
        if named and path.as_posix() not in OTHERS:
            yield named[0], path


WRITTEN = list(written())


def as_json(content: Any) -> Any:
    """A file's content as an editor holds it against a schema: a TOML date is a text."""
    if isinstance(content, dict):
        return {key: as_json(value) for key, value in content.items()}
    if isinstance(content, list):
        return [as_json(value) for value in content]
    return content.isoformat() if isinstance(content, date) else content


def content_of(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = as_json(tomllib.loads((ROOT / path).read_text(encoding="utf-8")))
    return content


def complaints(name: str, content: Any) -> list[str]:
    return [error.json_path for error in Draft202012Validator(SCHEMAS[name].content).iter_errors(content)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name].content)

    assert json.loads(json.dumps(SCHEMAS[name].content)) == SCHEMAS[name].content


def test_every_toml_file_of_the_project_has_its_schema() -> None:
    known = {path.as_posix() for _, path in WRITTEN}

    assert {path.as_posix() for path in files() if path.suffix == ".toml"} - known == set(OTHERS)


@pytest.mark.parametrize(("page", "nth"), IN_PAGES, ids=lambda value: str(value))
def test_what_a_page_shows_of_a_file_keeps_to_its_schema(page: str, nth: int) -> None:
    name, table = IN_PAGES[page, nth]
    block = re.findall(r"^```toml\n(.*?)^```$", (ROOT / page).read_text(encoding="utf-8"), re.M | re.S)[nth]
    shape = SCHEMAS[name].content
    content = as_json(tomllib.loads(block))
    if table:
        shape, content = shape["properties"][table], content[table]

    assert [error.json_path for error in Draft202012Validator(shape).iter_errors(content)] == []


def test_every_block_of_toml_in_a_page_is_among_them() -> None:
    pages = [path for path in files() if path.suffix == ".md" and path.parts[0] == "docs"]
    texts = {path.as_posix(): (ROOT / path).read_text(encoding="utf-8") for path in pages}
    blocks = {(path, n) for path, text in texts.items() for n, _ in enumerate(re.findall(r"^```toml$", text, re.M))}

    assert {block for block in blocks if not block[0].startswith("docs/onboarding/")} == set(IN_PAGES)


def test_every_kind_of_file_is_among_those_that_are_tried() -> None:
    assert {name for name, _ in WRITTEN} == set(SCHEMAS) - {"report"}  # none ships; a page shows one
    assert {"mappings/x12_834_5010.toml", "edi834/commands/template/edi834.toml",
            "samples/workspace/grants/juniper/cedar.toml"} <= {path.as_posix() for _, path in WRITTEN}  # fmt: skip


@pytest.mark.parametrize(("name", "path"), WRITTEN, ids=lambda value: str(value))
def test_every_file_that_ships_keeps_to_its_schema(name: str, path: Path) -> None:
    assert complaints(name, content_of(path)) == []


@pytest.mark.parametrize(("name", "path"), WRITTEN, ids=lambda value: str(value))
def test_a_key_that_nothing_reads_is_refused_at_the_top_of_every_file(name: str, path: Path) -> None:
    content = content_of(path)
    content["surely_unknown"] = "x"

    # Where the keys are names of the author's, what is told of one is wrong.
    assert set(complaints(name, content)) in ({"$"}, {"$.surely_unknown"}, {"$", "$.surely_unknown"})


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("samples/workspace/edi834.toml", ("workspace",)),
        ("samples/workspace/edi834.toml", ("source",)),
        ("samples/workspace/edi834.toml", ("ledger",)),
        ("samples/workspace/carriers/cedar/carrier.toml", ("key",)),
        ("samples/workspace/carriers/cedar/feeds/dental.toml", ("guards",)),
        ("samples/workspace/carriers/cedar/feeds/dental.toml", ("answer",)),
        ("samples/workspace/carriers/cedar/feeds/dental.toml", ("calendar",)),
        ("samples/workspace/carriers/cedar/feeds/dental.toml", ("envelope",)),
        ("samples/workspace/grants/juniper/cedar.toml", ("fields",)),
        ("mappings/fixed_eligibility.toml", ("layout",)),
        ("mappings/fixed_eligibility.toml", ("layout", "record", 0)),
        ("mappings/fixed_eligibility.toml", ("layout", "record", 0, "fields", 0)),
    ],
)
def test_a_key_that_nothing_reads_is_refused_in_every_table(path: str, keys: tuple[str | int, ...]) -> None:
    content = content_of(Path(path))
    table: Any = content
    for key in keys:
        table = table[key]
    table["surely_unknown"] = "x"

    (name,) = [name for name, known in WRITTEN if known == Path(path)]
    assert complaints(name, content)


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("samples/workspace/carriers/cedar/carrier.toml", {"channel": {"kind": "sftp"}}),
        ("samples/workspace/carriers/cedar/carrier.toml", {"channel": {"kind": "folder", "folder": "a", "host": "b"}}),
        ("samples/workspace/carriers/cedar/carrier.toml", {"channel": {"kind": "pigeon"}}),
        ("samples/workspace/carriers/cedar/carrier.toml", {"seal": "none"}),
        ("samples/workspace/carriers/cedar/carrier.toml", {"id": "Cedar Dental"}),
        ("samples/workspace/carriers/cedar/feeds/dental.toml", {"benefits": ["dentistry"]}),
        ("samples/workspace/carriers/cedar/feeds/dental.toml", {"members_per_transaction": 0}),
        ("samples/workspace/carriers/cedar/feeds/dental.toml", {"rules": {"terminations": "hd_only"}}),
        ("samples/workspace/carriers/cedar/feeds/dental.toml", {"rules": {"termination": "hd"}}),
        ("samples/workspace/carriers/cedar/feeds/dental.toml", {"rules": {"plan_year_end": "13-01"}}),
        ("samples/workspace/carriers/cedar/feeds/dental.toml", {"stage": "production"}),
        ("samples/workspace/grants/juniper/cedar.toml", {"fields": {"allow": ["member.surname"], "withhold": []}}),
        ("samples/workspace/grants/juniper/cedar.toml", {"from": 2026}),
        ("samples/workspace/carriers/cedar/mappings/dental.toml", {"set": {"2000/INS3": "'Y'"}}),
        ("samples/workspace/carriers/cedar/mappings/dental.toml", {"set": {"2000/INS03": 21}}),
        ("samples/workspace/carriers/cedar/mappings/dental.toml", {"set": {"2000/INS03": True}}),
        ("samples/workspace/carriers/cedar/mappings/dental.toml", {"set": {"2000/REF[ZZ]02": []}}),
        ("samples/workspace/carriers/cedar/mappings/dental.toml", {"set": {"2000/REF[ZZ]02": ["'a'", 1]}}),
        ("samples/workspace/carriers/cedar/mappings/dental.toml", {"set": {"2750[]/REF[LU]02": "'a'"}}),
        ("samples/workspace/carriers/cedar/mappings/dental.toml", {"show": {"Plan": ["coverage.plan_code"]}}),
        ("samples/scenarios/01-new-hire.toml", {"days": [{"as_of": "2024-01-01", "jane": {"surname": "Doe"}}]}),
        ("samples/scenarios/01-new-hire.toml", {"days": [{"jane": {"gender": "F"}}]}),
        ("samples/scenarios/01-new-hire.toml", {"days": [{"as_of": "2024-01-01", "jane": {"gender": "f"}}]}),
        ("samples/scenarios/cast.toml", {"people": {"jane": {"ssn": 900456789}}}),
        ("carriers/elm/expected/fail/unknown-constant.toml", {"code": "E834-1"}),
        ("samples/workspace/carriers/cedar/mappings/dental.toml", {"tables": {"tier": {"family": 1}}}),
        ("samples/workspace/carriers/lantern/mappings/vision.toml", {"set": {"2000/INS03": "'021'"}}),
    ],
)
def test_what_a_reader_refuses_the_schema_refuses(path: str, change: dict[str, Any]) -> None:
    content = content_of(Path(path)) | change
    (name,) = [name for name, known in WRITTEN if known == Path(path)]

    assert complaints(name, content)


def test_lists_and_the_category_of_a_name_are_allowed() -> None:
    content = content_of(Path("samples/workspace/carriers/cedar/mappings/dental.toml"))
    content["set"] = {
        "2000/REF[ZZ]02": ["member.union_code", "member.division"],
        "2750[PAY LOCATION]/REF[LU]02": "member.location_code",
        "2000/2700/2750[PAY LOCATION]/DTP[007]": False,
        "2750[UNION]": False,
    }

    assert complaints("mapping", content) == []


def test_every_rule_value_that_is_offered_can_be_read() -> None:
    offered = SCHEMAS["feed"].content["properties"]["rules"]["properties"]
    for rule, shape in offered.items():
        for value in shape.get("enum", [shape["default"]]):
            assert read_dialect({rule: value})[1] == (), (rule, value)


def test_every_envelope_value_that_is_offered_can_be_read() -> None:
    least = {"sender_qualifier": "ZZ", "sender_id": "US", "receiver_qualifier": "ZZ", "receiver_id": "THEM"}
    for key, shape in SCHEMAS["feed"].content["properties"]["envelope"]["properties"].items():
        for value in shape.get("enum", [shape["default"]] if "default" in shape else []):
            assert envelope_settings({**least, key: value})[1] == (), (key, value)


def test_an_editor_is_told_what_a_key_means() -> None:
    feed, mapping = SCHEMAS["feed"].content, SCHEMAS["mapping"].content
    addresses = mapping["allOf"][0]["then"]["properties"]["set"]["properties"]

    assert "member_only: " in feed["properties"]["rules"]["properties"]["termination"]["description"]
    assert addresses["2300/HD04"]["description"]
    for name, schema in SCHEMAS.items():
        if name == "workspace":  # three tables, whose keys speak for them
            continue
        keys = schema.content.get("properties", {})
        silent = [key for key, shape in keys.items() if not shape.get("description")]
        assert len(silent) <= len(keys) / 2, (name, silent)


def test_the_schemas_are_the_same_every_time() -> None:
    again = {one.name: one.content for one in every_schema(copy.deepcopy(OPTIONS))}

    assert again == {name: one.content for name, one in SCHEMAS.items()}
