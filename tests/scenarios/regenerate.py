"""Write the expected files anew, on request only: ``python -m tests.scenarios.regenerate --write``.

It always shows the difference; without ``--write`` it changes nothing and fails where there is one. What it writes is
what the engine tells: whoever writes it answers for its being right.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Sequence

from tests.scenarios.performed import EXPECTED, performed, scenarios


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.scenarios.regenerate", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the difference that is shown")
    write = parser.parse_args(arguments).write
    wanted = {f"{name}.edi": performed(name).shown for name in scenarios()}
    there = {path.name: path.read_text(encoding="ascii") for path in EXPECTED.glob("*.edi")}
    differing = sorted(name for name in {*wanted, *there} if wanted.get(name) != there.get(name))
    for name in differing:
        before, after = there.get(name, "").splitlines(), wanted.get(name, "").splitlines()
        print("\n".join(difflib.unified_diff(before, after, f"expected/{name}", f"reported/{name}", lineterm="")))
    print(f"{len(differing)} of {len(wanted)} differ")
    if write:
        EXPECTED.mkdir(exist_ok=True)
        for name in differing:
            if name in wanted:
                (EXPECTED / name).write_text(wanted[name], encoding="ascii")
            else:
                (EXPECTED / name).unlink()
    return 1 if differing and not write else 0


if __name__ == "__main__":
    sys.exit(main())
