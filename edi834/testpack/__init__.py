"""The test pack: what can befall a member, as scenarios that a feed's own mapping and rules tell of invented people.

A scenario is data; it is read, fitted to a feed and reported here, day by day, with nothing but its arguments.
Reading files and writing the pack are the command's (``edi834/commands/kit.py``), deciding and writing the feed's.
"""

from edi834.testpack.fitting import Fit, codes_of, fit_scenario, misfit
from edi834.testpack.scenario import Cast, Scenario, ScenarioDay, read_cast, read_scenario
from edi834.testpack.sheet import Exercise, sheet
from edi834.testpack.telling import ReportedDay, Teller, Written, in_words

__all__ = [
    "Cast",
    "Exercise",
    "Fit",
    "ReportedDay",
    "Scenario",
    "ScenarioDay",
    "Teller",
    "Written",
    "codes_of",
    "fit_scenario",
    "in_words",
    "misfit",
    "read_cast",
    "read_scenario",
    "sheet",
]
