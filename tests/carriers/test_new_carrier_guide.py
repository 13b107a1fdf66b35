"""The newcomer's guide is true: its commands are run as they stand, in order, and say what the page says.

A line ``[exit N]`` after what is printed is the status, 0 where there is none; ``...`` stands for anything.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.carriers.shipped import CARRIERS, ROOT, carriers
from tests.commands.fixtures import carrier_key, shared
from tests.commands.workspace import CarrierKey, in_process

__all__ = ["carrier_key", "shared"]

PAGE = (ROOT / "docs" / "onboarding" / "new-carrier.md").read_text(encoding="utf-8")
SAMPLE = ROOT / "carriers" / "fathom" / "expected" / "pass" / "fathom-medical" / "01-new-hire.edi"


def steps() -> list[tuple[str, str, str]]:
    """Each command with what it prints and its status, in the order of the page."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            here = re.match(r"[^\n]*<<'(\w+)'\n.*?^\1\n", step, flags=re.MULTILINE | re.DOTALL)
            command, printed = (here[0], step[here.end() :]) if here else step.split("\n", 1)
            status = re.search(r"^\[exit (\w+)\]\n", printed, flags=re.MULTILINE)
            found.append((command, printed[: status.start()] if status else printed, status[1] if status else "0"))
    return found


def pattern(printed: str) -> str:
    """What may be printed: a line of ``...`` stands for any lines, ``...`` in a line for anything in it."""
    lines = [r"(?:[^\n]*\n)*" if line == "..." else _line(line) for line in printed.splitlines()]
    return "".join(lines)


def _line(line: str) -> str:
    return "[^\n]*".join(map(re.escape, line.split("..."))) + r"\n"


def run(command: str, desk: Path) -> tuple[int, str]:
    """Type a command: the program in this process, anything else in a shell."""
    if command.startswith("edi834 "):
        ran = in_process(*shlex.split(command)[1:])
        return ran.status, ran.said
    done = subprocess.run(["bash", "-c", command], cwd=desk, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def desk(tmp_path: Path, carrier_key: CarrierKey, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the newcomer sits, with what the carrier has sent."""
    (tmp_path / "sample.834").write_bytes(SAMPLE.read_bytes())
    (tmp_path / "carriers").symlink_to(CARRIERS)
    (tmp_path / "birch.asc").write_text(carrier_key.public, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EDI834_HOME", raising=False)
    return tmp_path


def test_the_guide_is_true_as_written(desk: Path) -> None:
    assert len(steps()) > 20
    for command, printed, status in steps():
        ended, said = run(command, desk)
        assert status in ("any", str(ended)), f"$ {command}\n{said}"
        assert re.fullmatch(pattern(printed), said), f"$ {command}\n{said}\n--- the page has\n{printed}"


def test_the_guide_lists_every_carrier_that_ships() -> None:
    assert re.findall(r"^\| \[(\w+)\]\(", PAGE, flags=re.MULTILINE) == carriers()
