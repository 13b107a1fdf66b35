"""The project's own files, for the tests of its form.

Everything that git tracks or would track is looked at, so a new file is judged before it is committed; an unpacked
source archive, which has no git, is walked instead.
What is asked of the files stands in the tests.
"""

from __future__ import annotations

import ast
import functools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("carriers", "cli.py", "delivery", "edi834", "mappings", "samples")
MADE_HERE = {"__pycache__", "build", "dist"}


@functools.cache
def files() -> tuple[Path, ...]:
    """Every file of the project, relative to its root."""
    if (ROOT / ".git").exists():
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            encoding="utf-8",
        ).stdout
        names = [Path(name) for name in listing.split("\0") if name]
    else:
        names = [path.relative_to(ROOT) for path in ROOT.rglob("*")]
        names = [
            name for name in names if not MADE_HERE & set(name.parts) and not re.match(r"\.(?!ci\b)", name.parts[0])
        ]
    return tuple(sorted(name for name in names if (ROOT / name).is_file()))


def modules(*roots: str) -> tuple[Path, ...]:
    """The Python files below these top-level names; all of the project's where none is given."""
    return tuple(path for path in files() if path.suffix == ".py" and (not roots or path.parts[0] in roots))


def dotted(path: Path) -> str:
    """The name a module is imported by."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def text(path: Path) -> str:
    """The file's text; a file that is not UTF-8 text has none."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@functools.cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of one module."""
    return ast.parse(text(path), filename=str(path))


def exported(path: Path) -> list[str]:
    """The names one module exports by ``__all__``; none where it has no such list."""
    for node in tree(path).body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                names: list[str] = ast.literal_eval(value)
                return names
    return []


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of one module, nested ones too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How long a function's body is, its docstring apart."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    if not body:
        return 0
    return (body[-1].end_lineno or body[-1].lineno) - body[0].lineno + 1
