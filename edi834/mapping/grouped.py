"""Groups kept together: a file's families in the order they were given in, but one employer's after another's.

An 834's set, a layout's group header and a worklist each speak for one group at a time; in which order is the plan's.
"""

from __future__ import annotations

from collections.abc import Sequence

from edi834.book import FamilyStatement

__all__ = ["groups_together"]


def groups_together(families: Sequence[FamilyStatement]) -> list[FamilyStatement]:
    """Give the families group by group, each group where its first family stands."""
    places = {group: place for place, group in enumerate(dict.fromkeys(f.target.ref.group_id for f in families))}
    return sorted(families, key=lambda family: places[family.target.ref.group_id])
