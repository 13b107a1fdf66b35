"""The form of what ships: sizes, names, docstrings and exported names.

The limits are those of the design's style; a file at a limit is split where a newcomer would look for the parts.
What the linter already asks for is not repeated here.
"""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, SHIPPED, dotted, exported, files, functions, lines_of, modules, tree

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60
LINES_OF_MOST_FUNCTIONS = 30
MOST = 0.95

# Names that explain nothing.
EMPTY_WORDS = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers", "handler", "handlers"}
EMPTY_NAMES = EMPTY_WORDS | {"data", "info", "process", "handle"}
EMPTY_VERBS = {"process", "handle", "manage"}

# Packages without files, network, clock or logs; the import contract says the rest of it.
PURE = ("errors", "model", "grants", "book", "x12", "flat", "mapping", "check")


def test_no_shipped_file_is_longer_than_a_person_reads_in_one_sitting() -> None:
    long = {
        str(path): lines
        for path in modules(*SHIPPED)
        if (lines := len((ROOT / path).read_text(encoding="utf-8").splitlines())) > LINES_OF_A_FILE
    }

    assert long == {}


def test_no_shipped_function_is_longer_than_a_screen() -> None:
    long = {
        f"{path}:{function.lineno} {function.name}": lines
        for path in modules(*SHIPPED)
        for function in functions(path)
        if (lines := lines_of(function)) > LINES_OF_A_FUNCTION
    }

    assert long == {}


def test_nearly_every_shipped_function_keeps_to_half_a_screen() -> None:
    lengths = {
        f"{path}:{function.lineno} {function.name}": lines_of(function)
        for path in modules(*SHIPPED)
        for function in functions(path)
    }
    long = {name: lines for name, lines in lengths.items() if lines > LINES_OF_MOST_FUNCTIONS}

    assert len(long) <= (1 - MOST) * len(lengths), long


def test_no_module_has_a_name_that_explains_nothing() -> None:
    named = [
        str(path)
        for path in files()
        if path.parts[0] in {*SHIPPED, "tests", "bench"}
        if any(
            Path(part).stem.lstrip("_") in EMPTY_NAMES or _words(Path(part).stem) & EMPTY_WORDS for part in path.parts
        )
    ]

    assert named == []


def test_no_class_or_function_has_a_name_that_explains_nothing() -> None:
    named = [
        f"{path}:{node.lineno} {node.name}"
        for path in modules(*SHIPPED)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and _explains_nothing(node)
    ]

    assert named == []


def test_every_package_is_a_package_and_not_an_accident() -> None:
    folders = {folder for path in modules("edi834", "delivery") for folder in path.parents if folder != Path()}
    without = sorted(str(folder) for folder in folders if not (ROOT / folder / "__init__.py").is_file())

    assert without == []


@pytest.mark.parametrize("path", modules(*SHIPPED), ids=str)
def test_every_module_says_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(tree(path)) or ""

    assert re.search(r"\w[^\n]*[.:]", docstring), f"{path} has no docstring that is a sentence"


@pytest.mark.parametrize("path", [path for path in modules("edi834", "delivery", "cli.py") if exported(path)], ids=str)
def test_every_exported_name_exists(path: Path) -> None:
    module = importlib.import_module(dotted(path))

    assert [name for name in exported(path) if not hasattr(module, name)] == []
    assert len(exported(path)) == len(set(exported(path)))


def test_pure_packages_open_nothing_print_nothing_and_never_ask_the_clock() -> None:
    impure = [
        f"{path}:{node.lineno} {called}"
        for path in modules("edi834")
        if len(path.parts) > 1 and Path(path.parts[1]).stem in PURE
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and (called := _impure_call(node))
    ]

    assert impure == []


@pytest.mark.parametrize(
    ("source", "refused"),
    [
        ("class PlanManager: ...", True),
        ("class FeedHelpers: ...", True),
        ("def process_family(): ...", True),
        ("def _handle(): ...", True),
        ("def data(): ...", True),
        ("class DataOwner: ...", False),
        ("def advance_baseline(): ...", False),
        ("def processed_at(): ...", False),
    ],
)
def test_a_name_that_explains_nothing_is_recognised(source: str, refused: bool) -> None:
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.ClassDef | ast.FunctionDef)

    assert _explains_nothing(node) is refused


@pytest.mark.parametrize(
    ("source", "refused"),
    [
        ("open('x')", True),
        ("date.today()", True),
        ("datetime.now(UTC)", True),
        ("datetime.datetime.now()", True),
        ("segment.open()", False),
        ("date(2026, 1, 1)", False),
    ],
)
def test_a_call_that_is_not_pure_is_recognised(source: str, refused: bool) -> None:
    call = ast.parse(source, mode="eval").body
    assert isinstance(call, ast.Call)

    assert (_impure_call(call) is not None) is refused


def test_the_length_of_a_function_is_that_of_its_body() -> None:
    (function,) = ast.parse('def f():\n    """Two\n    lines."""\n    a = 1\n\n    return a\n').body
    assert isinstance(function, ast.FunctionDef)

    assert lines_of(function) == 3


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)}


def _explains_nothing(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    bare = node.name.strip("_")
    if isinstance(node, ast.ClassDef):
        return bool(_words(bare) & EMPTY_WORDS) or bare.lower() in EMPTY_NAMES
    return bare in EMPTY_NAMES or bare.split("_")[0] in EMPTY_VERBS or bool(_words(bare) & EMPTY_WORDS)


def _impure_call(call: ast.Call) -> str | None:
    match call.func:
        case ast.Name(id="open" | "print" | "input" | "breakpoint" as name):
            return name
        case ast.Attribute(
            value=ast.Name(id="date" | "datetime") | ast.Attribute(attr="date" | "datetime"),
            attr="today" | "now" | "utcnow" as name,
        ):
            return name
    return None
