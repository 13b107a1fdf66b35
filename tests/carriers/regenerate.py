"""What the shipped carriers' feeds write now, beside what is expected.

``python -m tests.carriers.regenerate`` shows the difference; with ``--write`` it becomes what is expected.
"""

from __future__ import annotations

import difflib
import sys
import tempfile
from pathlib import Path

from tests.carriers.shipped import CARRIERS, carriers, written_by


def main(arguments: list[str]) -> int:
    """Show, and where asked write; the exit status says whether anything differs."""
    differs = False
    for carrier in [a for a in arguments if not a.startswith("-")] or carriers():
        folder = CARRIERS / carrier / "expected" / "pass"
        with tempfile.TemporaryDirectory() as home:
            files, findings = written_by(carrier, Path(home).resolve())
        for finding in findings:
            print(carrier, finding.code, finding.severity, finding.message, file=sys.stderr)
        there = {f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file() and f.suffix != ".toml"}
        for name in sorted(there | files.keys()):
            old = (folder / name).read_bytes() if name in there else b""
            new = files.get(name, b"")
            if old == new:
                continue
            differs = True
            lines = [t.decode("latin-1").replace("~", "~\n").splitlines() for t in (old, new)]
            print(*difflib.unified_diff(*lines, f"{carrier}/{name}", "now", lineterm=""), sep="\n")
            if "--write" in arguments:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(new) if new else (folder / name).unlink()
    return int(differs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
