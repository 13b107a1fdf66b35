"""The files that ``validate`` and ``view`` look at: found, read, and judged, inside a workspace or without any.

A workspace is only asked whether its people are invented; a file from elsewhere is judged the same without one.
What is written beside them goes to a temporary name first, and never over what was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from edi834.commands.session import Session
from edi834.errors import ConfigurationError, NothingMatchesError, UsageError
from edi834.workspace import Workspace

__all__ = [
    "files_to_judge",
    "folder_for",
    "opened_file",
    "people_are_invented",
    "read_file",
    "workspace_here",
    "write_beside",
]

_SUFFIXES = {".834", ".edi", ".x12"}
_BLANK = b" \t\r\n\xef\xbb\xbf"


def files_to_judge(named: Iterable[Path]) -> list[Path]:
    """Each named file, and in each named folder whatever begins as an interchange or is named as one, in order.

    Raises:
      NothingMatchesError: E834-0030, there is none.
    """
    found: dict[Path, None] = {}
    for path in named:
        inside = [path]
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.is_file() and _is_interchange(one, path))
            if not inside:
                raise NothingMatchesError(f"{path} holds no 834", code="E834-0030")
        found.update(dict.fromkeys(inside))
    return list(found)


def read_file(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
      NothingMatchesError: E834-0030, it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError:
        raise NothingMatchesError(f"{path} cannot be read", code="E834-0030") from None


@contextmanager
def opened_file(path: Path) -> Iterator[BinaryIO]:
    """A file to be read piece by piece.

    Raises:
      NothingMatchesError: E834-0030, it cannot be read.
    """
    try:
        with path.open("rb") as file:
            yield file
    except OSError:
        raise NothingMatchesError(f"{path} cannot be read", code="E834-0030") from None


def write_beside(path: Path, content: bytes, *, never: Iterable[Path]) -> None:
    """Write a file whole or not at all, readable by its owner.

    Raises:
      UsageError: E834-0031, it cannot be written, or is one that was read.
    """
    if any(path.resolve() == one.resolve() for one in never):
        raise UsageError(f"{path} is the file that is looked at", code="E834-0031")
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.touch(mode=0o600)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError:
        raise UsageError(f"{path} cannot be written", code="E834-0031") from None


def folder_for(path: Path) -> Path:
    """A folder to write into, made where there is none.

    Raises:
      UsageError: E834-0031, it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise UsageError(f"{path} cannot be made", code="E834-0031") from None
    return path


def workspace_here(session: Session) -> Workspace | None:
    """The workspace, or None where there is none.

    Raises:
      ConfigurationError: there is one, and it cannot be read.
    """
    try:
        return session.workspace
    except UsageError:
        return None


def people_are_invented(session: Session) -> bool:
    """Whether the workspace says that its people are invented; without one, or where it is broken, they are real."""
    try:
        workspace = workspace_here(session)
    except ConfigurationError:
        return False  # judging a file needs no workspace; `check` says what is wrong with this one
    return workspace is not None and workspace.settings.source.invented_people


def _is_interchange(path: Path, folder: Path) -> bool:
    if any(part.startswith(".") for part in path.relative_to(folder).parts):
        return False
    if path.suffix.lower() in _SUFFIXES:
        return True
    with path.open("rb") as file:
        return file.read(256).lstrip(_BLANK).startswith(b"ISA")
