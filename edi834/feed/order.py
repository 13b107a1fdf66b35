"""The order of families in a file: groups together, in the feed's order, and endings before beginnings.

Somebody who moves between two families, or groups, is reported twice: a carrier that knows people by their number would
refuse a beginning while it still holds the old coverage, so the family left behind is reported first.
Which people a transaction set holds is the mapping's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from edi834.book import Dialect, FamilyStatement
from edi834.model import FamilyRef, GroupId, canonical

__all__ = ["in_file_order"]

T = TypeVar("T")


def in_file_order(statements: Iterable[FamilyStatement], rules: Dialect) -> tuple[FamilyStatement, ...]:
    """Put statements in the order in which they are reported.

    Groups come by their id and, within one, families by what the rule ``sort`` says, and by reference where that leaves
    a tie; but whoever is left comes before whoever is joined. Where people change places, somebody has to be first.
    """
    by_ref = {s.target.ref: s for s in sorted(statements, key=lambda s: _place(s, rules))}
    left = {ref: [old for old in _left_for(s) if old in by_ref] for ref, s in by_ref.items()}
    left_groups: dict[GroupId, list[GroupId]] = defaultdict(list)
    for ref, families in left.items():
        left_groups[ref.group_id] += [old.group_id for old in families]
    rank = {group: place for place, group in enumerate(_after(sorted({r.group_id for r in by_ref}), left_groups))}
    return tuple(by_ref[ref] for ref in sorted(_after(list(by_ref), left), key=lambda ref: rank[ref.group_id]))


def _place(statement: FamilyStatement, rules: Dialect) -> tuple[str, ...]:
    values = statement.subscriber.values
    chosen = {"name": ("last_name", "first_name"), "ssn": ("ssn",)}.get(rules.sort, ())
    ref = statement.target.ref
    return (ref.group_id, *(canonical(values.get(name)) for name in chosen), ref.subscriber_id)


def _left_for(statement: FamilyStatement) -> list[FamilyRef]:
    """The families that people of this one have left for it."""
    own = statement.target.ref
    froms = (m.moved_from.family for m in statement.members if m.moved_from is not None)
    return [family for family in froms if family != own]


def _after(items: Sequence[T], before: Mapping[T, Sequence[T]]) -> list[T]:
    """The same items, each after those that must come before it; a circle is opened where it is met first."""
    placed: dict[T, None] = {}
    begun: set[T] = set()
    for item in items:
        waiting = [item]
        while waiting:
            one = waiting[-1]
            begun.add(one)
            open_ones = [other for other in before.get(one, ()) if other not in begun]
            if open_ones:
                waiting.extend(reversed(open_ones))
            else:
                placed.setdefault(waiting.pop())
    return list(placed)
