"""A family that a late rejection reverted is stated whole, in the form that its carrier wants."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from edi834.change import Action, Rules, compare_family, tell_again
from edi834.feed.guards import family_holds
from tests.change.families import covered, family, jane

AS_OF = date(2026, 11, 2)


def test_an_upsert_states_every_span_as_it_stands() -> None:
    whole = family(jane(covered()))
    reported = tell_again(compare_family(whole, whole, as_of=AS_OF), Rules(), as_of=AS_OF)

    assert reported is not None
    assert [(m.action, [c.action for c in m.coverages]) for m in reported.members] == [(Action.AUDIT, [Action.AUDIT])]


def test_term_and_add_takes_each_person_out_and_adds_them_as_they_stand() -> None:
    whole = family(jane(covered()))
    reported = tell_again(
        compare_family(whole, whole, as_of=AS_OF), replace(Rules(), after_rejection="term_and_add"), as_of=AS_OF
    )

    assert reported is not None
    out, back = reported.members
    assert (out.action, [(c.action, c.begin == c.end) for c in out.coverages]) == (Action.END, [(Action.END, True)])
    assert (back.action, [(c.action, c.end) for c in back.coverages]) == (Action.ADD, [(Action.ADD, None)])


def test_hold_keeps_the_family_for_a_person() -> None:
    whole = family(jane(covered()))
    difference = compare_family(whole, whole, as_of=AS_OF)
    rules = replace(Rules(), after_rejection="hold")

    assert [f.code for f in family_holds(difference, rules, as_of=AS_OF, is_reverted=True)] == ["E834-0919"]
    assert list(family_holds(difference, rules, as_of=AS_OF)) == []
