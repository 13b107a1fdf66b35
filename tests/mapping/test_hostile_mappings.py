"""A hostile mapping is at worst a diagnostic: in under two seconds, within little memory, and it reaches nothing."""

from __future__ import annotations

import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import TypeVar

import pytest

from edi834.book.statement import Action
from edi834.mapping import Layer, compile_x12, read_spec
from edi834.model import Finding
from tests.mapping.builders import BASE, JANE, built, compiled, covered, family, reported, span
from tests.mapping.test_expressions import HOSTILE

_T = TypeVar("_T")
REACHES = ("open", "os.", "subprocess.", "socket.", "exec", "compile", "ctypes.", "import", "shutil.", "builtins.input")
_reached: list[str] = []
_is_watched = False


def _heard(event: str, _: object) -> None:
    if _is_watched and event.startswith(REACHES):
        _reached.append(event)


sys.addaudithook(_heard)


def tried(action: Callable[[], _T], seconds: float = 2.0, most: int = 400_000_000) -> _T:
    """Do something, which takes so long and so much at most, and opens, imports, runs and connects nothing."""
    global _is_watched
    _reached.clear()
    began = time.process_time()  # others may be at work on this machine
    _is_watched = True
    try:
        given = action()
    finally:
        _is_watched = False
    took = time.process_time() - began
    assert _reached == []
    assert took < seconds
    if took > 0.05:  # what is so quick has no time to fill the memory
        tracemalloc.start()
        action()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < most
    return given


def loaded(carrier: str, files: dict[str, str] | None = None) -> list[Finding]:
    spec, findings = read_spec([BASE, Layer("carrier.toml", f'extends = "x12_834_5010"\n{carrier}')])
    if spec is None:
        return list(findings)
    return list(compile_x12(spec, files)[1])


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """What is imported when first used is imported already."""
    loaded('[set]\n"2000/REF[ZZ]02" = "member.nobody | lookup(\'x\')"\n')


@pytest.mark.parametrize("payload", HOSTILE)
def test_a_hostile_expression_in_a_mapping_is_a_diagnostic_at_its_line(payload: str) -> None:
    if "\ud800" in payload or "\x00" in payload:
        return  # no TOML file can hold it; test_expressions.py tries it as it is
    found = tried(lambda: loaded(f'[set]\n"2000/REF[ZZ]02" = {json.dumps(payload)}\n'))

    assert found
    assert all(one.place is not None and one.place.path == "carrier.toml" for one in found)


SET = '[set]\n"2300/HD04" = '
ZZ = '[set]\n"2000/REF[ZZ]02" = '
LONG = "'a' ~ " * 300 + "'b'"
BOMBS = {
    "a list of long expressions": ZZ + "[" + ", ".join([f'"{LONG}"'] * 100) + "]",
    "a list beyond every measure": ZZ + "[" + '"member.division", ' * 40_000 + "]",
    "lists in lists": ZZ + "[" * 18 + "]" * 18,
    "a category of a name without end": f'[set]\n"2750[{"N" * 100_000}]/REF[LU]02" = "member.division"',
    "many categories": "[set]\n" + "\n".join(f"\"2750[N{n}]/REF[LU]02\" = \"'x' | lookup('y')\"" for n in range(500)),
    "many addresses that are none": "[set]\n" + "\n".join(f'"2000/X{n}01" = "\'x\'"' for n in range(300)),
    "nested choices": SET + '"' + "('a' if member.ssn else " * 40 + "'b'" + ")" * 40 + '"',
    "paddings upon paddings": SET + '"coverage.plan_code' + " | pad_left(1000, '0')" * 25 + '"',
    "a date pattern of every letter": SET + "\"coverage.effective_date | date('" + "CCYY" * 400 + "')\"",
    "a chain of replacing": SET + '"coverage.plan_code' + " | replace('A', 'AAAAAAAA')" * 60 + '"',
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_a_diagnostic_or_harms_nobody(bomb: str) -> None:
    tried(lambda: loaded(bomb))


TABLES = {
    "a cell without end": "k,v\n" + "a" * 4_000_000 + ",1\n",
    "a quote without end": 'k,v\n"' + "a" * 1_000_000,
    "more than a table holds": "k,v\n" + "a,1\n" * 1_500_000,
    "rows of one cell": "k,v\n" + "a\n" * 50_000,
    "columns without end": ",".join(f"c{n}" for n in range(50_000)) + "\na,b\n",
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_hostile_code_table_is_a_diagnostic(table: str) -> None:
    carrier = '[codes]\nt = "t.csv"\n[set]\n"2300/HD04" = "coverage.plan_code | lookup(\'t\')"\n'
    found = tried(lambda: loaded(carrier, {"t": table}))

    assert 1 <= len(found) <= 30


def test_growing_without_end_is_a_finding_about_whoever_has_it() -> None:
    growing = "coverage.plan_code" + " | replace('A', 'AAAAAAAA')" * 25
    mapping = compiled(f'[set]\n"2300/HD04" = "{growing}"\n')
    somebody = family(reported(Action.ADD, "new_hire", JANE, span(Action.ADD, covered(plan="AAA"))))
    outcome = tried(lambda: built(somebody, mapping=mapping))

    assert outcome.document is None
    assert {f.code for f in outcome.findings} == {"E834-0639"}
