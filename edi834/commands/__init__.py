"""The commands: one file a verb, the contract of ``docs/scripting.md``.

A command reads its arguments, asks the wired ports, and shows what came of it; it imports no driver, so that the
composition root alone decides what it talks to. Results go to stdout, progress and complaints to stderr.
"""

from edi834.commands.program import build_program
from edi834.commands.session import Session, Wiring

__all__ = ["Session", "Wiring", "build_program"]
