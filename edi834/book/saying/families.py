"""Statements of a family in a file of changes: who is stated, in which order, and who is stated along.

The subscriber comes first, and ends come before additions: a new spouse's addition is refused while the old one is
enrolled (Delta Dental of Virginia, error 12). With a carrier that ends the family with the subscriber, the subscriber's
statement says it all, also where an end is taken back or moved.
Full files are ``full.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from edi834.book.book import benefits_of, effective, joined_parts, known_coverages
from edi834.book.dialect import Dialect
from edi834.book.edits import FamilyEdit, MemberEdit
from edi834.book.saying.coverages import as_it_is
from edi834.book.saying.members import ended_alone, in_forms, plain_statement, term_and_add, without_tier
from edi834.book.saying.reasons import elected_cobra, family_reason, subscribers_ending
from edi834.book.statement import Action, FamilyStatement, MemberStatement
from edi834.model import MemberRef

__all__ = ["in_order", "say_changes"]

_CASCADING = frozenset({Action.END, Action.REINSTATE})
_Plain = Sequence[tuple[MemberEdit, MemberStatement | None]]


def say_changes(
    edit: FamilyEdit, dialect: Dialect, *, shared: frozenset[str] = frozenset(), missing: Iterable[MemberRef] = ()
) -> FamilyStatement | None:
    """State what changed in a family; None where nothing did.

    Args:
      edit: What separates the reported book from the desired one.
      dialect: The feed's.
      shared: The subscriber's fields that the mapping states with each dependent (a subscriber id made of the SSN, for
        one): when one of them changes, the dependents are stated along.
      missing: People who are missing from the snapshot: they are not stated along.
    """
    reasons = (family_reason(edit), subscribers_ending(edit), elected_cobra(edit))
    plain = [(m, plain_statement(m, dialect, reasons)) for m in edit.members]
    if all(statement is None for _, statement in plain):
        return None
    along = dialect.dependents == "whole_family" or _shared_changed(edit, shared)
    anew = dialect.ssn_correction == "term_and_add" and _shared_changed(edit, shared & {"ssn"})
    cascades = dialect.cascade == "subscriber_only" and _is_said_by_the_subscriber(plain)
    gone = frozenset(missing)
    said: list[MemberStatement] = []
    for m, statement in plain:
        # A subscriber's INS 024 (or 025) that ends (or brings back) the family would take those along, too, who do not.
        takes_along = dialect.cascade == "subscriber_only" and not cascades and m.ref.is_subscriber
        if takes_along and statement is not None and _somebody_stays_behind(edit, statement):
            statement = replace(statement, action=Action.CHANGE)
        forms = _alone(dialect) if takes_along else dialect
        said += _one(m, statement, forms, along=along and m.ref not in gone, anew=anew)
    said = _closed_alike([without_tier(s, dialect) for s in said])
    along_ended = [s for s in said if cascades and s.action in _CASCADING and not s.member.ref.is_subscriber]
    members = [*_for_the_dependents(edit, said), *(s for s in said if s not in along_ended)]
    if not members:
        return None
    refs = dict.fromkeys(s.member.ref for s in along_ended)
    return FamilyStatement(in_order(members), edit.target, edit.reported, tuple(refs))


def in_order(statements: Iterable[MemberStatement]) -> tuple[MemberStatement, ...]:
    """Put a family's statements in order: the subscriber, who ends, who changes, who is added; each by member id."""
    members = list(statements)
    ends = {s.member.ref for s in members if s.action is Action.END}

    def place(statement: MemberStatement) -> tuple[int, str]:
        ref = statement.member.ref
        is_put_right = statement.action is Action.REINSTATE and ref in ends  # a later last day: back, then the end
        if ref.is_subscriber and (statement.action is Action.END or is_put_right or ref not in ends):
            return 0, ref.member_id
        if is_put_right:
            return 1, ref.member_id
        rank = {Action.END: 1, Action.ADD: 4}.get(statement.action, 3)
        return (2 if ref.is_subscriber else rank), ref.member_id

    return tuple(sorted(members, key=place))


def _alone(dialect: Dialect) -> Dialect:
    """The forms in which a subscriber's end says nothing of the family."""
    return replace(dialect, termination="hd_only")


def _somebody_stays_behind(edit: FamilyEdit, head: MemberStatement) -> bool:
    """Whether a subscriber comes back without a dependent who ended on the same day."""
    if head.action is not Action.REINSTATE:
        return False
    back = {c.reported.end for c in head.coverages if c.reported is not None}
    others = (c for m in edit.members if not m.ref.is_subscriber for c in effective(m.target.coverages))
    return any(c.end in back for c in others)


def _one(
    edit: MemberEdit, statement: MemberStatement | None, dialect: Dialect, *, along: bool, anew: bool
) -> Iterable[MemberStatement]:
    """What is said of one person: what happened to them, or how they are, where they are stated along.

    Args:
      edit: The person.
      statement: What happened to them, in its plain form.
      dialect: The rules that hold for them.
      along: Whether somebody to whom nothing happened is stated along.
      anew: Whether the subscriber's number, which is stated with them, ends and begins anew, and so do they.
    """
    renumbered = anew and not edit.ref.is_subscriber and edit.reported is not None
    if statement is not None and not renumbered:
        return in_forms(statement, edit.kinds, dialect)
    known = [k for benefit in benefits_of(edit.target) for k in known_coverages(edit.target, benefit)]
    goes_on = [k for k in known if k.end is None]
    if not along or edit.reported is None or not goes_on:
        return in_forms(statement, edit.kinds, dialect) if statement is not None else ()
    plain = MemberStatement(Action.CHANGE, None, edit.target, edit.reported, None, (), ())
    if renumbered:
        return (ended_alone(half, dialect) for half in term_and_add(statement or plain, dialect))
    coverages = tuple(as_it_is(joined_parts(k, edit.ref, dialect), dialect) for k in goes_on)
    return (replace(plain, coverages=coverages),)


def _for_the_dependents(edit: FamilyEdit, said: Iterable[MemberStatement]) -> Iterator[MemberStatement]:
    """The subscriber who has no coverage of the feed's, stated once, because dependents are stated under them."""
    subscriber = next((m for m in edit.members if m.ref.is_subscriber), None)
    knows_family = edit.reported is not None and any(m.coverages for m in edit.reported.members)
    if subscriber is None or subscriber.target.coverages or subscriber.reported is not None or knows_family:
        return
    first = next((s for s in said if s.action is Action.ADD), None)
    if first is not None:
        yield MemberStatement(Action.ADD, first.reason, subscriber.target, None, None, (), ())


def _shared_changed(edit: FamilyEdit, shared: frozenset[str]) -> bool:
    changed = (e.fields for m in edit.members if m.ref.is_subscriber for e in m.events)
    return any(shared & set(fields) for fields in changed)


def _closed_alike(members: list[MemberStatement]) -> list[MemberStatement]:
    """Dependents whose policy is closed with the subscriber's: for the subscriber's reason."""
    closed = next((s for s in members if s.as_reported and s.member.ref.is_subscriber), None)
    if closed is None:
        return members
    return [replace(s, reason=closed.reason) if s.as_reported else s for s in members]


def _is_said_by_the_subscriber(plain: _Plain) -> bool:
    """Whether the family ends, or comes back, with the subscriber, so that their statement says it all."""
    head = next((s for m, s in plain if m.ref.is_subscriber), None)
    if head is None or head.action not in _CASCADING:
        return False
    others = [(m, s) for m, s in plain if not m.ref.is_subscriber and (m.reported is not None or s is not None)]
    return all(_goes_along(m, s, head) for m, s in others)


def _goes_along(edit: MemberEdit, said: MemberStatement | None, head: MemberStatement) -> bool:
    """Whether of a dependent nothing is to be said but what the subscriber's statement says."""
    if head.action is Action.END:
        last = head.last_day
        if last is None or any(c.end is None or c.end > last for c in effective(edit.target.coverages)):
            return False
        ends = said is None or all(c.action is Action.END and c.end in {last, c.begin} for c in said.coverages)
        return ends and (said is None or (said.ends_member and said.is_brief))
    if said is None:
        return not any(c.end is not None for c in effective(edit.target.coverages))
    back = {c.reported.end for c in (*head.coverages, *said.coverages) if c.reported is not None}
    plain = all(c.action is Action.REINSTATE and c.coverage.end is None for c in said.coverages)
    return plain and said.action is Action.REINSTATE and len(back) == 1
