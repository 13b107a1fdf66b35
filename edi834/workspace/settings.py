"""The workspace's own settings: ``edi834.toml``, and how the home is found.

A workspace is a folder with an ``edi834.toml``: carriers, grants and the ledger's state lie in it.
What a snapshot's columns are called in this house stands here, too, so that a snapshot is never edited.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from edi834.errors import ConfigurationError, Place, UsageError
from edi834.sources import SourceSettings
from edi834.workspace.toml_file import TomlTable, read_toml

__all__ = ["COLUMN", "FILE_NAME", "PaperSettings", "WorkspaceSettings", "find_home", "read_settings", "settings_of"]

FILE_NAME = "edi834.toml"
_TABLES = ("groups", "members", "coverages", "other_insurance")
COLUMN = re.compile(r"^[A-Za-z][A-Za-z0-9_]*$")
"""What an extra column may be called."""


@dataclass(frozen=True, slots=True)
class PaperSettings:
    """How worklists are printed.

    Attributes:
      letterhead: The lines of the letterhead, the name first; the workspace's name where there are none.
      logo: A PNG or JPEG file of at most 1 MB that stands beside them.
      orientation: How the sheet lies.
      sheet: Its size.
    """

    letterhead: tuple[str, ...] = ()
    logo: Path | None = None
    orientation: str = "portrait"
    sheet: str = "letter"
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceSettings:
    """What ``edi834.toml`` says.

    Attributes:
      home: The workspace's folder.
      name: Whose system this is, in print (a broker may run it under its own name).
      timezone: The time zone in which dates and times on files are written.
      source: How snapshots are read.
      ledger_url: Where the ledger is, an SQLAlchemy URL; a relative SQLite path lies in the home.
      spool: Where sealed files rest.
      root_key: The file of the at-rest key.
      jobs: How many feeds run at once.
      paper: How worklists are printed.
    """

    home: Path
    name: str
    timezone: ZoneInfo
    source: SourceSettings
    ledger_url: str
    spool: Path
    root_key: Path
    jobs: int
    paper: PaperSettings = PaperSettings()


def find_home(start: Path, *, chosen: str | None) -> Path:
    """Find the workspace: the chosen folder, or the nearest one upwards that has an ``edi834.toml``.

    Raises:
      UsageError: there is none.
    """
    if chosen is not None:
        home = Path(chosen)
        if not (home / FILE_NAME).is_file():
            raise UsageError(
                f"{home} has no {FILE_NAME}",
                code="E834-0001",
                remedy=f"edi834 init {home}, or name another folder with --home",
            )
        return home.resolve()
    for folder in (start, *start.resolve().parents):
        if (folder / FILE_NAME).is_file():
            return folder.resolve()
    raise UsageError(
        f"no {FILE_NAME} here or in any folder above",
        code="E834-0001",
        remedy="edi834 init DIR makes a workspace; --home DIR or EDI834_HOME names one",
    )


def read_settings(home: Path) -> WorkspaceSettings:
    """Read ``edi834.toml``.

    Raises:
      ConfigurationError: with the first of its findings.
    """
    file = read_toml(home / FILE_NAME, shown=FILE_NAME)
    settings = settings_of(file, home)
    for finding in file.findings():
        raise ConfigurationError(finding.message, code=finding.code, place=finding.place, remedy=finding.remedy)
    return settings


def settings_of(file: TomlTable, home: Path) -> WorkspaceSettings:
    """Read the settings; what is wrong with them is the table's to tell."""
    workspace = file.table("workspace")
    ledger = file.table("ledger")
    name = workspace.text("name", default="edi834") or "edi834"
    return WorkspaceSettings(
        home=home,
        name=name,
        timezone=_zone(workspace),
        source=_source(file.table("source")),
        ledger_url=_ledger_url(ledger, home),
        spool=home / (ledger.text("spool", default="state/spool") or "state/spool"),
        root_key=home / (ledger.text("key_file", default="state/root.key") or "state/root.key"),
        jobs=workspace.integer("jobs", default=2, least=1),
        paper=_paper(file.table("paper"), name, home),
    )


def _paper(table: TomlTable, name: str, home: Path) -> PaperSettings:
    logo = table.text("logo")
    return PaperSettings(
        letterhead=table.texts("letterhead") or (name,),
        logo=home / logo if logo is not None else None,
        orientation=table.choice("orientation", ("portrait", "landscape"), default="portrait"),
        sheet=table.choice("sheet", ("letter", "a4"), default="letter"),
        place=table.place(),
    )


def _zone(table: TomlTable) -> ZoneInfo:
    name = table.text("timezone", default="UTC") or "UTC"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        table.complain("E834-0126", f"there is no time zone {name!r}", "timezone", remedy='such as "America/Boise"')
        return ZoneInfo("UTC")


def _ledger_url(table: TomlTable, home: Path) -> str:
    variable = table.text("url_env")
    url = table.text("url", default="sqlite:///state/ledger.db") or ""
    if variable is not None:
        url = os.environ.get(variable, "")
        if not url:
            table.complain("E834-0130", f"the environment variable {variable} is not set", "url_env")
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(prefix + "/"):
        return f"{prefix}{home / url.removeprefix(prefix)}"
    return url


def _source(table: TomlTable) -> SourceSettings:
    renames: dict[str, Mapping[str, str]] = {}
    columns = table.table("columns")
    for name in _TABLES:
        if columns.has(name):
            house = columns.table(name)
            renames[name] = {column: house.required_text(column) for column in house.names()}
    extras = table.table("extra")
    extra = {name: extras.texts(name) for name in _TABLES if extras.has(name)}
    for name, wanted in extra.items():
        for column in wanted:
            if not COLUMN.fullmatch(column):
                extras.complain("E834-0126", f"an extra column cannot be called {column!r}", name)
    return SourceSettings(
        renames=renames,
        extra=extra,
        settle_seconds=table.integer("settle_seconds", default=30),
        invented_people=table.flag("invented_people", default=False),
        open_end_dates=table.texts("open_end_dates"),
    )
