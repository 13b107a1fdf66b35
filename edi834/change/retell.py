"""Telling again: a family whose told rows a rejection has un-told while a later file of it stands at the carrier.

What the carrier holds of it rests on a file that it rejected, so changes cannot be told; the family is stated whole, in
the form that the feed's rule ``retell`` names. Holding it for a person is ``edi834/feed/guards.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from edi834.change.compare import FamilyDifference
from edi834.change.rules import Rules
from edi834.change.statement import Action, CoverageStatement, FamilyStatement, MemberStatement
from edi834.change.tell import tell_everything

__all__ = ["tell_again"]


def tell_again(difference: FamilyDifference, rules: Rules, *, as_of: date) -> FamilyStatement | None:
    """State a family whole; None where nobody is covered.

    By ``upsert`` every member and span is stated as it stands (030); by ``term_and_add`` each person is taken out, as
    never effective, and added as they stand.
    """
    whole = tell_everything(difference, rules, as_of=as_of)
    if whole is None or rules.retell != "term_and_add":
        return whole
    return replace(whole, members=tuple(s for m in whole.members for s in _out_and_in(m)))


def _out_and_in(statement: MemberStatement) -> Iterator[MemberStatement]:
    out = tuple(CoverageStatement(Action.END, c.coverage, c.told, c.begin, c.begin) for c in statement.coverages)
    back = tuple(replace(c, action=Action.ADD) for c in statement.coverages)
    yield replace(statement, action=Action.END, coverages=out)
    yield replace(statement, action=Action.ADD, told=None, coverages=back)
