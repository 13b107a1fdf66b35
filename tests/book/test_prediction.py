"""The prediction: what becomes of each person in the carrier's book, and by whose statement."""

from __future__ import annotations

from edi834.book import By, Outcome, predict, read
from edi834.grants import ReleasedFamily
from tests.book.families import covered, family, jane, pat, rules_of, sam, story

HIRED = family(jane(covered()))
TOGETHER = family(jane(covered()), sam(covered()))
ENDED = family(jane(covered(end="2026-11-30")), sam(covered(end="2026-11-30")))


def shown(before: ReleasedFamily | None, now: ReleasedFamily, **rules: object) -> list[tuple[str, Outcome, By]]:
    statement = story(before, now, **rules).statement
    assert statement is not None
    dialect = rules_of(**rules)
    after, complaints = read([statement], before, dialect)
    assert complaints == ()
    return [(one.member.member_id, one.outcome, one.by) for one in predict(before, after, dialect, statement)]


def test_who_is_added_changed_ended_and_reinstated_is_said_by_name() -> None:
    assert shown(HIRED, TOGETHER) == [("E1-2", Outcome.ADDED, By.STATEMENT)]
    assert shown(HIRED, family(jane(covered(), address1="2 Pine St"))) == [("E1", Outcome.CHANGED, By.STATEMENT)]
    assert [one for _, one, _ in shown(TOGETHER, ENDED)] == [Outcome.ENDED, Outcome.ENDED]
    assert [one for _, one, _ in shown(ENDED, TOGETHER)] == [Outcome.REINSTATED, Outcome.REINSTATED]


def test_a_dependent_who_ends_or_returns_with_the_subscriber_does_so_by_that_statement() -> None:
    for before, now, outcome in ((TOGETHER, ENDED, Outcome.ENDED), (ENDED, TOGETHER, Outcome.REINSTATED)):
        assert shown(before, now, cascade="subscriber_only") == [
            ("E1", outcome, By.STATEMENT),
            ("E1-2", outcome, By.SUBSCRIBER),
        ]


def test_who_is_left_out_of_a_full_file_ends_by_omission() -> None:
    rules = {"missing": "omission", "omission": "full"}
    statement = story(TOGETHER, HIRED, mode="full_audit", **rules).statement
    assert statement is not None
    after, _ = read([statement], TOGETHER, rules_of("full_audit", **rules))

    people = {one.member.member_id: one for one in predict(TOGETHER, after, rules_of("full_audit", **rules), statement)}
    assert (people["E1-2"].outcome, people["E1-2"].by) == (Outcome.ENDED, By.OMISSION)


def test_of_somebody_to_whom_nothing_happens_nothing_is_said() -> None:
    with_pat = family(jane(covered()), pat(covered("2026-11-01")), sam(covered()))

    assert [member for member, _, _ in shown(TOGETHER, with_pat)] == ["E1-1"]
