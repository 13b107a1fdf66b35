"""Each block of ``docs/concepts/changes.md`` is what the product writes.

A block names a scenario, whose expected file it is compared with; or one of the few days that are written here.
"""

from __future__ import annotations

import re

import pytest

from edi834.testpack import read_cast, read_scenario
from tests.house.tree import ROOT
from tests.scenarios.performed import EXPECTED, FOLDER, performed, scenarios

PAGE = (ROOT / "docs" / "concepts" / "changes.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```edi ([\w-]+)\n(.*?)```", PAGE, re.DOTALL)

ENROLLED = """
[[days]]
as_of = 2024-02-01
jane.coverages.medical = { tier = "employee", effective_date = 2024-02-01 }
"""
ANOTHER_PLAN = '[[days]]\nas_of = 2024-02-09\njane.coverages.medical.plan_code = "HDHP1"\n'
SIMPLE = '[rules]\nplan_change = "simple"\ncoverage_identity = "line"\n'
BY_DIRECTION = '[rules]\nend_correction = "by_direction"\n'

STORIES = {
    "same-day-plan": f"{ENROLLED}\n{ANOTHER_PLAN}",
    "same-day-plan-simple": f"{SIMPLE}\n{ENROLLED}\n{ANOTHER_PLAN}",
    "day-before": f"{ENROLLED}\n[[days]]\nas_of = 2024-02-09\njane.coverages.medical.end_date = 2024-01-31\n",
    "shortened-before-renewal": f"""{ENROLLED}
[[days]]
as_of = 2024-11-20
jane.coverages.medical.end_date = 2024-12-31
jane.coverages.medical-next = {{ plan_code = "HDHP1", tier = "employee", effective_date = 2025-01-01 }}

[[days]]
as_of = 2024-12-10
jane.event = "termination"
jane.event_date = 2024-12-06
jane.coverages.medical.end_date = 2024-12-06
jane.coverages.medical-next = false
""",
    "end-earlier-by-direction": f"""{BY_DIRECTION}
{ENROLLED}
[[days]]
as_of = 2024-05-20
jane.event = "termination"
jane.event_date = 2024-05-17
jane.coverages.medical.end_date = 2024-05-31

[[days]]
as_of = 2024-05-28
jane.coverages.medical.end_date = 2024-05-24
""",
    "first-day-of-two": f"""{ENROLLED}
[[days]]
as_of = 2024-05-20
jane.coverages.medical.end_date = 2024-05-31

[[days]]
as_of = 2024-09-01
jane.coverages.medical-next = {{ tier = "employee", effective_date = 2024-09-01 }}

[[days]]
as_of = 2024-09-05
jane.coverages.medical-next.effective_date = 2024-09-05
""",
}


def written(name: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the product writes in a scenario."""
    if name not in STORIES:
        return (EXPECTED / f"{name}.edi").read_text(encoding="ascii")
    cast = read_cast("cast.toml", (FOLDER / "cast.toml").read_text(encoding="utf-8"))
    text = f'title = "A day of the page"\nrow = 1\nexercises = "the page"\n\n{STORIES[name]}'
    monkeypatch.setitem(scenarios(), name, read_scenario(f"{name}.toml", text, cast))
    assert performed(name).carrier.complaints == []
    return performed(name).shown


@pytest.mark.parametrize(("name", "block"), BLOCKS)
def test_a_block_of_the_page_is_what_is_written(name: str, block: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = (line for line in written(name, monkeypatch).splitlines() if line.startswith(("INS*", "DTP*", "HD*")))

    assert block in "".join(f"{line}\n" for line in shown)


def test_every_day_that_is_written_here_is_on_the_page() -> None:
    assert set(STORIES) <= {name for name, _ in BLOCKS}
