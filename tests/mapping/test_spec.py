"""A mapping file is read with the place of every entry, and every mistake in it is found at its line."""

from __future__ import annotations

import time
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.mapping import Layer, base_of, compile_x12, read_spec, read_toml
from edi834.model import Finding
from tests.mapping.builders import BASE, compiled

FILE = """\
# a carrier
extends = "x12_834_5010"
truncate = ["2100A/NM103", "2100A/NM104"]

[set]
"2000/INS03" = "'021'"   # a comment with "quotes" = [
2100A."NM109" = "member.ssn"
'2300/HD04' = '''
coverage.plan_code'''

[tables.tiers]
employee = "EMP"
nested = { a = "1", "b c" = "2" }

[[layout.record]]
name = "H"
fields = [
  { name = "type", width = 1 },
  # a comment ]
  { name = "date", width = 8 },
]
[[layout.record]]
name = "D"
"""


def found(text: str, path: str = "m.toml") -> list[Finding]:
    spec, findings = read_spec([Layer(path, text)])
    assert spec is None
    return list(findings)


def test_every_key_knows_its_line_and_column() -> None:
    source, findings = read_toml("m.toml", FILE)

    assert findings == ()
    assert source is not None
    assert str(source.place("extends")) == "m.toml:2:1 (extends)"
    assert str(source.place("truncate", 1)) == "m.toml:3:28 (1)"
    assert str(source.place("set", "2000/INS03")) == "m.toml:6:1 (2000/INS03)"
    assert source.place("set", "2000/INS03").excerpt == '"2000/INS03" = "\'021\'"   # a comment with "quotes" = ['
    assert source.place("set", "2100A", "NM109").line == 7
    assert source.place("set", "2300/HD04").line == 8
    assert source.place("tables", "tiers", "employee").line == 12
    assert source.place("tables", "tiers", "nested", "b c").column == 21
    assert source.place("layout", "record", 0, "fields", 1, "width").line == 20
    assert source.place("layout", "record", 1, "name").line == 23
    assert source.place("set", "missing").line == 5
    assert source.place("nothing").line is None


KEYS = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "Zs"]), min_size=1)
VALUES = st.recursive(
    st.booleans() | st.integers(-99, 99) | st.text(st.characters(codec="utf-8", categories=["L", "P", "Zs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


def spelled(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case list():
            return "[ " + ",\n ".join(map(spelled, value)) + " ] "
        case _:
            return "{" + ", ".join(f"{spelled(k)} = {spelled(v)}" for k, v in value.items()) + "}"


def paths_of(value: Any, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        return [path, *(p for k, v in value.items() for p in paths_of(v, (*path, k)))]
    if isinstance(value, list):
        return [path, *(p for n, v in enumerate(value) for p in paths_of(v, (*path, n)))]
    return [path]


def on_one_line(value: Any) -> bool:
    """Inline tables may not hold line ends, so lists inside them may not be spelled over several lines."""
    if isinstance(value, dict):
        return "\n" not in spelled(value)
    return all(map(on_one_line, value)) if isinstance(value, list) else True


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES.filter(on_one_line), max_size=3), max_size=3))
def test_every_key_of_any_toml_has_a_place(content: dict[str, dict[str, Any]]) -> None:
    lines = [
        line
        for table, entries in content.items()
        for line in (f"[{spelled(table)}] # c", *(f"{spelled(k)} = {spelled(v)} # [x]" for k, v in entries.items()))
    ]
    source, _ = read_toml("m.toml", "\n".join(lines))

    assert source is not None
    assert dict(source.content) == content == tomllib.loads("\n".join(lines))
    for path in paths_of(content, ())[1:]:
        assert path in source.positions


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 021", 1),
        ("x = 1\n\n[set]\na = 'b\nc = 1", 4),
        ("[set]\na = [1,\n 2\nb = 3", 2),
        ("[set]\na = 1\na = 2\nb = 3", 3),
        ("[set]\na = 1\n[set]\nb = 3", 3),
        ("[set]\nkey: value", 2),
        ("---\nextends: x12", 1),
        ("a = 1\nb = NO\nc = 2", 2),
        ('a = """\nx\n', 1),
        ("a = {b = 1", 1),
        ("a = 1 b = 2", 1),
        ("\n\n= 3", 3),
        ("a = 1\n[[set]\n", 2),
        ("a = '\x01'", 1),
    ],
)
def test_a_file_that_stops_being_toml_is_refused_at_its_line(text: str, line: int) -> None:
    (finding,) = found(text)

    assert finding.code == "E834-0101"
    assert finding.place is not None
    assert finding.place.line == line
    assert finding.place.excerpt == text.split("\n")[line - 1].strip()


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 10_000,
        "a = " + "{b = " * 10_000,
        ".".join("a" * 10_000) + " = 1",
        "[" + ".".join("a" * 10_000) + "]",
        "a = 1\n" * 2_000_000,
    ],
    ids=["arrays", "tables", "dotted", "header", "large"],
)
def test_a_hostile_file_is_refused_at_once(text: str) -> None:
    began = time.monotonic()

    assert [finding.code for finding in found(text)] == ["E834-0104"]
    assert time.monotonic() - began < 1


@given(st.text(st.sampled_from("[]{}=\"'\n\\a.1,# \t\r"), max_size=60))
def test_any_text_is_toml_or_a_diagnostic(text: str) -> None:
    source, findings = read_toml("m.toml", text)

    assert (source is None) == bool(findings)


@pytest.mark.parametrize(
    ("text", "code", "line", "hint"),
    [
        ("[sett]\n", "E834-0102", 1, "set"),
        ("extend = 'x'\n", "E834-0102", 1, "extends"),
        ("format = 'csv'\n", "E834-0103", 1, None),
        ("\n[set]\n'2000/INS03' = 21\n", "E834-0103", 3, "\"'21'\""),
        ("[set]\n'2100A/PER' = true\n", "E834-0103", 2, "false"),
        ("[tables.tiers]\nemployee = 1\n", "E834-0103", 2, "quotes"),
        ("[constants]\nx = 2024-01-01\n", "E834-0103", 2, "quotes"),
        ("set = 1\n", "E834-0103", 1, None),
        ("tables.x = 1\n", "E834-0103", 1, None),
        ("truncate = 'x'\n", "E834-0103", 1, None),
        ("extends = 'other'\n", "E834-0105", 1, None),
    ],
)
def test_a_wrong_shape_is_refused_at_its_line(text: str, code: str, line: int, hint: str | None) -> None:
    finding = found(text)[0]

    assert finding.code == code
    assert finding.place is not None
    assert finding.place.line == line
    assert hint is None or hint in finding.message + (finding.remedy or "")


def mistakes(carrier: str, files: dict[str, str] | None = None) -> list[Finding]:
    spec, findings = read_spec([BASE, Layer("carrier.toml", f'extends = "x12_834_5010"\n{carrier}')])
    assert spec is not None, findings
    mapping, findings = compile_x12(spec, files)
    assert mapping is None
    return list(findings)


@pytest.mark.parametrize(
    ("entry", "code", "hint"),
    [
        ("'2000/REF[XX]02' = \"'1'\"", "E834-0406", None),
        ("'2000/REF02' = \"'1'\"", "E834-0405", "2000/REF[1L]02"),
        ("'2000/INS3' = \"'021'\"", "E834-0402", "2000/INS03"),
        ("'2000/INS99' = \"'021'\"", "E834-0407", None),
        ("'2001/INS03' = \"'021'\"", "E834-0403", "2000"),
        ("'2300/INS03' = \"'021'\"", "E834-0404", "2000/INS03"),
        ("'2000/INS06-9' = \"'A'\"", "E834-0408", None),
        ("'2000/INS06' = \"'A'\"", "E834-0618", "INS06-1"),
        ("'2100A/PER' = \"'A'\"", "E834-0618", None),
        ("'2000/INS14' = \"'A'\"", "E834-0612", None),
        ("'GS_LOOP/GS02' = \"'A'\"", "E834-0612", "[envelope]"),
        ("'2000/INS03' = \"'22'\"", "E834-0614", "021"),
        ("'2000/INS03' = \"22\"", "E834-0601", "\"'22'\""),
        ("'2000/REF[17]02' = \"1 if member.is_subscriber else 2\"", None, None),
        ("'2000/REF[17]02' = \"member.hire_date\"", "E834-0613", "date("),
        ("'2000/REF[17]02' = \"member.salary\"", "E834-0613", "money("),
        ("'2000/REF[17]02' = \"member.disabled\"", "E834-0613", "yes_no("),
        ("'2310/PLA03' = \"'20240101'\"", "E834-0613", None),
        ("'2300/HD04' = \"'" + "x" * 51 + "'\"", "E834-0615", None),
        ("'2300/HD05' = \"coverage.tier | lookup('relationship')\"", "E834-0608", None),
        ("'2000/REF[17]02' = \"member.clas_code\"", "E834-0602", "member.class_code"),
        ("'2000/REF[17]02' = \"span.begin\"", "E834-0611", None),
        ("'1000A/N102' = \"member.last_name\"", "E834-0611", None),
        ("'2100D/NM103' = \"'x'\"", "E834-0616", "2100D/NM102"),
        ("'2100A/NM1' = false", "E834-0616", "2100A/NM1"),
        ("'2100A' = false", "E834-0619", "2100A"),
        ("'1000B' = false", "E834-0619", "1000B"),
        ("'2100A/NM1[IL]03' = \"member.last_name\"", "E834-0617", "2100A/NM1"),
    ],
)
def test_a_mistake_is_found_when_the_mapping_is_loaded(entry: str, code: str | None, hint: str | None) -> None:
    if code is None:
        compiled(f"[set]\n{entry}\n")
        return
    findings = mistakes(f"\n[set]\n{entry}\n")

    assert findings[0].code == code
    assert hint is None or hint in findings[0].message + (findings[0].remedy or "")
    if code not in ("E834-0619",) and "false" not in entry:
        assert findings[0].place is not None
        assert (findings[0].place.path, findings[0].place.line) == ("carrier.toml", 4)


def test_a_code_table_is_held_against_the_guide() -> None:
    carrier = "[codes]\ntier = 'codes/tiers.csv'\n"
    (wrong,) = mistakes(carrier, {"tier": "tier,code\nemployee,EMP\nfamily,E4D\n"})
    (missing,) = mistakes(carrier)

    assert wrong.code == "E834-0614"
    assert "E4D" in wrong.message
    assert "the code table tier, codes/tiers.csv:3" in wrong.message
    assert missing.code == "E834-0106"
    assert missing.place is not None
    assert missing.place.line == 3


def test_layers_extend_each_other_over_several_levels() -> None:
    middle = Layer(
        "m/middle.toml",
        'extends = "x12_834_5010"\n[constants]\noffice = "A"\nregion = "N"\n[set]\n"2000/REF[17]02" = "feed.office"\n'
        '"2000/REF[DX]02" = "feed.region"\n[tables.tier]\nfamily = "E2D"\n[rules]\ntermination = "hd_only"\n'
        "[show]\nA = \"'1'\"\nB = \"'2'\"\n",
    )
    last = Layer(
        "m/last.toml",
        'extends = "middle"\n[constants]\noffice = "B"\n[set]\n"2000/REF[DX]" = false\n[show]\nA = false\n',
    )
    spec, findings = read_spec([BASE, middle, last], {"region": "S"})

    assert spec is not None, findings
    assert base_of(last) == "middle"
    assert base_of(BASE) is None
    assert spec.layers == ("mappings/x12_834_5010.toml", "m/middle.toml", "m/last.toml")
    assert spec.constants == {"office": "B", "region": "S"}
    assert spec.inline["tier"]["family"] == "E2D"
    assert spec.inline["tier"]["employee"] == "EMP"
    assert spec.rules == {"termination": "hd_only"}
    assert [entry.key for entry in spec.show] == ["B"]
    mapping, findings = compile_x12(spec)
    assert mapping is not None, findings
    (seventeen,) = mapping.explain_element("2000/REF[17]02")
    assert seventeen.source == "feed.office"
    assert seventeen.place is not None
    assert (seventeen.place.path, seventeen.place.line) == ("m/middle.toml", 6)
    assert mapping.explain_element("2000/REF[DX]02") == ()
    assert "member.department" not in mapping.uses


def test_a_carrier_may_take_a_segment_away_and_write_it_anew() -> None:
    mapping = compiled('[set]\n"2100A/PER" = false\n"2100A/PER03" = "\'WP\'"\n"2100A/PER04" = "member.work_phone"\n')

    assert "member.email" not in mapping.uses
    assert "member.work_phone" in mapping.uses
    assert mapping.explain_element("2100A/PER06") == ()


def test_every_mistake_is_reported_at_once() -> None:
    findings = mistakes("[set]\n'2000/INS03' = \"'x'\"\n'2000/INS99' = \"'x'\"\n'2300/HD04' = \"member.nobody\"\n")

    assert {finding.code for finding in findings} == {"E834-0614", "E834-0407", "E834-0602"}


def test_the_digest_changes_with_everything_that_can_change_a_byte_and_with_nothing_else() -> None:
    plain = compiled().digest
    carrier = "[codes]\nclasses = 'codes/classes.csv'\n[set]\n"
    carrier += "'2000/REF[17]02' = \"member.class_code | lookup('classes')\"\n"

    assert compiled("# only a comment\n").digest == plain
    assert compiled("[constants]\na = 'b'\n").digest != plain
    assert compiled('[set]\n"2100A/PER" = false\n').digest != plain
    assert compiled(carrier, classes="k,v\na,1\n").digest != compiled(carrier, classes="k,v\na,2\n").digest
    assert compiled(carrier, classes="k,v\na,1\n").digest == compiled(carrier, classes="k,v\r\na,1\r\n").digest


def test_an_expression_for_an_element_with_components_is_assigned_to_each() -> None:
    assert compiled().explain_element("2000/INS06-1")[0].uses == {"member.medicare_parts"}


def test_what_may_be_cut_is_what_is_assigned() -> None:
    (finding,) = mistakes('truncate = ["2100A/NM1[IL]03"]\n')

    assert finding.code == "E834-0620"
    assert finding.place is not None
    assert finding.place.line == 2


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    source, _ = read_toml("m.toml", "\ufeffa = 1\r\n[set]\r\nb = 2\r\n")

    assert source is not None
    assert source.place("set", "b").line == 3


def test_no_mistake_of_a_mapping_is_silent() -> None:
    """A wrong key anywhere in the base would be found: the base itself has none."""
    spec, findings = read_spec([BASE])

    assert findings == ()
    assert spec is not None
    assert compile_x12(spec)[1] == ()
