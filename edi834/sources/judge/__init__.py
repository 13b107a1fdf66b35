"""What is held against whom: rows put to their families, and judged in themselves and beside each other.

Findings are gathered, never raised, unless nobody could say whose people these are.
Reading rows is ``edi834/sources/read``'s, and reading values ``edi834/sources/values.py``'s.
"""

from edi834.sources.judge.employers import employers
from edi834.sources.judge.families import Judgement, People, Rows, gathered
from edi834.sources.judge.rows import judge_members, judge_values
from edi834.sources.judge.spans import judge_coverages, judge_other_insurance

__all__ = [
    "Judgement",
    "People",
    "Rows",
    "employers",
    "gathered",
    "judge_coverages",
    "judge_members",
    "judge_other_insurance",
    "judge_values",
]
