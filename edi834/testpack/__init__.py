"""The test pack: what can happen to a member, as scenarios that a feed reports by its own mapping and rules.

A scenario is data; it is read, fitted to a feed and reported here, day by day, with nothing but its arguments.
Reading files and writing the pack are the command's (``edi834/commands/kit.py``), deciding and writing the feed's.
"""

from edi834.testpack.fitting import Fit, codes_of, fit_scenario, misfit
from edi834.testpack.rehearsal import Rehearsal, ReportedDay, Written, in_words
from edi834.testpack.scenario import Cast, Scenario, ScenarioDay, read_cast, read_scenario
from edi834.testpack.sheet import Exercise, sheet

__all__ = [
    "Cast",
    "Exercise",
    "Fit",
    "Rehearsal",
    "ReportedDay",
    "Scenario",
    "ScenarioDay",
    "Written",
    "codes_of",
    "fit_scenario",
    "in_words",
    "misfit",
    "read_cast",
    "read_scenario",
    "sheet",
]
