"""Counting: how many people a plan reports, by what becomes of their memberships; the guards look at these numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from edi834.book import Action, EventKind, FamilyStatement, MemberStatement, is_never_effective
from edi834.mapping.document import FileScope

__all__ = ["people_reported"]


def people_reported(statements: Iterable[FamilyStatement], scope: FileScope = FileScope.CHANGES) -> dict[str, int]:
    """Count the people reported, by what is done to their memberships.

    Returns:
      Word → people. ``cancelled`` says how many of the ``ended`` were never effective.
    """
    words = {
        Action.ADD: "added",
        Action.CHANGE: "changed",
        Action.END: "ended",
        Action.REINSTATE: "reinstated",
        Action.AUDIT: "restated",
    }
    stated = list(statements)
    reported: Counter[str] = Counter()
    for member in (m for s in stated for m in s.members):
        word = words[_shown_action(member, scope)]
        reported[word] += 1
        reported["cancelled"] += word == "ended" and all(map(is_never_effective, member.member.coverages))
    along = [s.target.member(ref) for s in stated for ref in s.along]
    for person in (m for m in along if m is not None):
        ends = all(c.end is not None for c in person.coverages)
        reported["ended" if ends else "reinstated"] += 1
        reported["cancelled"] += ends and all(map(is_never_effective, person.coverages))
    return {word: reported[word] for word in ("added", "changed", "ended", "cancelled", "reinstated", "restated")}


def _shown_action(statement: MemberStatement, scope: FileScope) -> Action:
    """How a statement counts: by what happened, where its action does not say so.

    An ending reported by its spans alone is an ending all the same; and a full file restates everybody, but whoever
    began, changed or ended since they were last reported is counted as that, so that the guards see it.
    """
    kinds = {e.kind for e in statement.events}
    is_among_everybody = statement.action is Action.AUDIT and scope is not FileScope.CHANGES
    if statement.action is not Action.CHANGE and not is_among_everybody:
        return statement.action
    if EventKind.MEMBER_ENDED in kinds:
        return Action.END
    if statement.action is Action.CHANGE or not kinds:
        return statement.action
    return Action.ADD if statement.reported is None else Action.CHANGE
