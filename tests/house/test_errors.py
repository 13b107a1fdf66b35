"""Every error has a code that is documented, a way out, and the place in the tree that its drawing shows.

A code is stable once it has been printed, so each is written down once, in ``edi834/codes/*.toml``, with its remedy.
What an error says when it is raised is tested where it is raised.
"""

from __future__ import annotations

import importlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import edi834.errors
from edi834.errors import Edi834Error
from tests.house.tree import ROOT, dotted, files, modules, text

CODE = re.compile(r"\bE834-\d{4}\b")

# What CLI callers may meet, by the contract of docs/scripting.md; 2 is also click's own.
EXIT_STATUSES = {1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12}

# A line of the drawing: branches, the class, its exit status, and whether the next run may simply try again.
DRAWN = re.compile(r"^\W*(?P<name>\w+Error)\s+(?P<exit>\d+)\s+(?P<retry>yes|no)\b", re.MULTILINE)


def test_every_code_is_written_down_once() -> None:
    written = Counter(code for _, code, _ in _stories())

    assert [code for code, times in written.items() if times > 1] == []
    assert [code for code in written if not CODE.fullmatch(code)] == []


def test_every_code_that_can_be_printed_is_written_down() -> None:
    assert sorted(_used() - {code for _, code, _ in _stories()}) == []


def test_no_code_is_written_down_that_nothing_prints() -> None:
    assert sorted({code for _, code, _ in _stories()} - _used()) == []


def test_every_code_says_what_to_do() -> None:
    silent = [f"{where} {code}" for where, code, story in _stories() if not str(story.get("remedy", "")).strip()]

    assert silent == []


def test_every_class_of_error_is_one_of_the_one_tree() -> None:
    """Errors for callers live in one module: a class elsewhere would have no place in the drawing."""
    _import_everything()
    elsewhere = [f"{error.__module__}.{error.__name__}" for error in _tree() if error.__module__ != "edi834.errors"]

    assert elsewhere == []


def test_the_drawing_of_the_tree_is_true() -> None:
    drawn = {match["name"]: (int(match["exit"]), match["retry"] == "yes") for match in _drawing()}

    assert drawn == {error.__name__: (error.exit_status, error.retryable) for error in _tree()}
    assert {exit_status for exit_status, _ in drawn.values()} <= EXIT_STATUSES


def test_every_class_of_error_is_exported_and_explained() -> None:
    errors: list[type[Edi834Error]] = [Edi834Error, *_tree()]

    for error in errors:
        assert error.__name__ in edi834.errors.__all__
        assert error.__doc__


def _drawing() -> Iterator[re.Match[str]]:
    return DRAWN.finditer(edi834.errors.__doc__ or "")


def _tree(root: type[Edi834Error] = Edi834Error) -> list[type[Edi834Error]]:
    return [found for child in root.__subclasses__() for found in (child, *_tree(child))]


def _stories() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (str(path), code, story)
        for path in files()
        if path.parts[:2] == ("edi834", "codes") and path.suffix == ".toml"
        for code, story in tomllib.loads(text(path)).items()
    ]


def _used() -> set[str]:
    """The codes that stand in code; an example in prose uses a code that exists."""
    return {code for path in modules("edi834", "delivery", "cli.py") for code in CODE.findall(text(path))}


def _import_everything() -> None:
    for path in modules("edi834", "delivery"):
        if "migrations" not in path.parts and (ROOT / path).is_file():
            importlib.import_module(dotted(path))
