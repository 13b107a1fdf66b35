"""The import contract of pyproject.toml holds, covers the whole house, and can fail.

The contract itself is read from where it stands, never restated; import-linter judges it.
The last test builds an empty house of the same rooms and plants one forbidden import at a time.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.house.tree import ROOT, modules

LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"


def test_the_import_contract_holds(tmp_path: Path) -> None:
    """A room that is missing altogether is the next test's finding, and hides nothing here."""
    for package in ("edi834", "delivery"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    _build_empty_house(tmp_path)

    verdict = _judge(tmp_path)

    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_every_room_of_the_house_stands_in_the_contract() -> None:
    present = {f"edi834.{Path(path.parts[1]).stem}" for path in modules("edi834") if path.parts[1] != "__init__.py"}
    present |= {path.parts[0] for path in modules("delivery")}

    assert sorted(present) == sorted(_rooms())


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("edi834/model/person.py", "import edi834.grants"),
        ("edi834/feed/ship.py", "import edi834.ledger"),
        ("edi834/commands/run.py", "import delivery"),
        ("edi834/sources/csv.py", "import edi834.ledger"),
        ("edi834/x12/writer.py", "import edi834.flat"),
        ("edi834/commands/demo.py", "import cli"),
        ("edi834/book/edits.py", "import logging"),
        ("edi834/mapping/spec.py", "from pathlib import Path"),
        ("edi834/grants/redact.py", "import datetime, os"),
        ("edi834/model/clock.py", "import time"),
        ("edi834/check/guide.py", "import pyx12.x12n_document"),
        ("edi834/feed/plan.py", "import pandas"),
        ("edi834/ledger/tables.py", "import pyarrow"),
        ("edi834/commands/keys.py", "import pgpy"),
        ("edi834/feed/paper.py", "import reportlab.pdfgen"),
        ("edi834/workspace/home.py", "import sqlalchemy"),
        ("delivery/folder.py", "import sqlite3"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, module: str, line: str) -> None:
    _build_empty_house(tmp_path)
    (tmp_path / module).write_text(f"{line}\n")

    verdict = _judge(tmp_path)

    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    assert "BROKEN" in verdict.stdout


def test_what_the_drivers_need_is_allowed(tmp_path: Path) -> None:
    _build_empty_house(tmp_path)
    (tmp_path / "edi834/sources/csv.py").write_text("import pandas, pyarrow.csv, sqlalchemy\n")
    (tmp_path / "edi834/ledger/tables.py").write_text("import sqlalchemy.orm, alembic, sqlite3\n")
    (tmp_path / "edi834/report/paper.py").write_text("import reportlab.pdfgen\n")
    (tmp_path / "edi834/check/second_opinion.py").write_text("import pyx12.x12n_document, logging\n")
    (tmp_path / "delivery/sftp.py").write_text("import paramiko, pgpy, asyncssh, reportlab, logging, edi834.feed\n")

    verdict = _judge(tmp_path)

    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def _contracts() -> list[dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return contracts


def _rooms() -> set[str]:
    (layers,) = (contract["layers"] for contract in _contracts() if contract["type"] == "layers")
    return {room for layer in layers for room in re.findall(r"[\w.]+", layer)}


def _build_empty_house(folder: Path) -> None:
    for room in {"edi834", *_rooms()}:
        package = folder.joinpath(*room.split("."))
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").touch()
    shutil.copy(ROOT / "pyproject.toml", folder)


def _judge(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", LINT], cwd=folder, capture_output=True, encoding="utf-8", check=False)
