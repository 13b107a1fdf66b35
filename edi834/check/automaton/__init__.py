"""The guide check as one automaton: the guide compiled into expressions that a valid member passes in one step.

It only ever accepts; what it does not accept is judged segment by segment by ``guide_check.py``, and only that one
gives findings. Why this is so is in ``docs/decisions/0013``.
"""

from edi834.check.automaton.loops import Automaton, automaton
from edi834.check.automaton.stream import GuideCheck, GuideOptions, Source, check_stream, read_stream
from edi834.check.automaton.watch import Unwatched, Watcher, in_one_line, loops_in

__all__ = [
    "Automaton", "GuideCheck", "GuideOptions", "Source", "Unwatched", "Watcher", "automaton", "check_stream",
    "in_one_line", "loops_in", "read_stream",
]  # fmt: skip
