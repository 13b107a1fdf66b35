"""Every change that can befall a member, reported as its scenario expects it: with the base mapping, in each form.

What is reported is compared with a file that was read by a person before it was accepted (``regenerate.py``), with the
published shapes where there is one, and with what a carrier that shares nothing with the engine makes of it.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from edi834.book import Dialect
from edi834.model import Severity
from tests.scenarios import regenerate
from tests.scenarios.performed import EXPECTED, STORIES, performed, scenarios, story

Spell = tuple[str, str, str, str, date, date | None]
"""Subscriber, first name, line, plan, first and last day."""

NAMES = sorted(scenarios())
REPORTED_FROM_A_STORY = [name for name in NAMES if scenarios()[name].story]
PLAIN = [name for name in NAMES if scenarios()[name].is_plain and not name.startswith("30-")]

# Rules that decide about files and people together, and change no row: order, sets, after_rejectioning, an empty file.
OF_NO_ROW = {"sort", "transaction_sets", "after_rejection", "empty_file", "new_plan", "omission", "full_statement"}
LINES = {"medical": "HLT", "dental": "DEN"}


def test_every_row_of_the_change_semantics_has_a_scenario() -> None:
    assert {one.row for one in scenarios().values()} == set(range(1, 33))


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_is_named_for_its_row_and_event(name: str) -> None:
    scenario = scenarios()[name]

    assert name.startswith(f"{scenario.row:02}-")
    assert ("--" in name) == (not scenario.is_plain)


def test_every_form_that_a_row_can_take_has_a_scenario() -> None:
    shown = {(rule, value) for one in scenarios().values() for rule, value in one.rules.items()}
    choices = {
        (f.name, value)
        for f in dataclasses.fields(Dialect)
        if f.name not in OF_NO_ROW
        for value in f.metadata["values"]
        if value != f.default
    }

    assert choices - shown == set()
    windows = {"look_forward_days", "mask_ends_after_days", "retro_limit_days", "blackout_begin", "ended_coverage_days"}
    assert windows <= {rule for rule, _ in shown}


def test_every_scenario_has_an_expected_file_and_every_expected_file_a_scenario() -> None:
    assert sorted(path.stem for path in EXPECTED.glob("*.edi")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_it_is_reported_as_expected(name: str) -> None:
    assert performed(name).shown == (EXPECTED / f"{name}.edi").read_text(encoding="ascii")


@pytest.mark.parametrize("name", NAMES)
def test_every_file_passes_our_checks_and_a_strangers(name: str) -> None:
    for night in performed(name).nights:
        if night.written is None:
            continue
        errors = [f for f in night.written.findings if f.severity is Severity.ERROR]
        assert errors == []
        assert night.written.is_sound
        assert night.written.outcome is not None
        assert night.written.outcome.checked is not None
        assert night.written.outcome.checked.second_opinion == "whole"  # pyx12 read it, and agrees


@pytest.mark.parametrize("name", NAMES)
def test_a_carrier_has_nothing_to_ask(name: str) -> None:
    """But where a form is not the one that it reads: then the scenario says what it asks."""
    asked = tuple(one.what for one in performed(name).carrier.complaints)

    assert asked == scenarios()[name].complains


@pytest.mark.parametrize("name", PLAIN)
def test_the_carrier_then_holds_what_the_snapshot_says(name: str) -> None:
    """The last snapshot alone says what is covered; people who are gone from it without an ending are row 30's."""
    carrier = performed(name).carrier
    if name.startswith(("19-", "14-carrier-change-replaced", "14-carrier-change-of-one")):
        return  # whoever moved, or whose row gave way, is gone from where they were: see the expected file
    held = (
        (m.subscriber_id, m.person.first_name, s.line, s.plan, s.begin, s.end)
        for m in carrier.book.members
        for s in m.spans
    )

    assert _in_a_row(held) == _in_a_row(_covered(name))


def _in_a_row(spans: Iterable[Spell]) -> list[Spell]:
    """Spans of one person and plan without a gap between them as one: a carrier pays for their days alike."""
    joined: list[Spell] = []
    for span in sorted(spans, key=lambda one: (one[:3], one[4])):
        before = joined[-1] if joined else None
        if before and before[:4] == span[:4] and before[5] and before[5] + timedelta(days=1) == span[4]:
            joined[-1] = (*before[:5], span[5])
        else:
            joined.append(span)
    return joined


def _covered(name: str) -> Iterator[Spell]:
    last = scenarios()[name].days[-1]
    for family in last.families():
        for covered in family.members:
            person = covered.member
            for span in covered.coverages:
                reported = (
                    span.end_date is None or span.end_date >= last.as_of or _was_reported(name, span.effective_date)
                )
                if reported and (span.end_date is None or span.end_date > span.effective_date):
                    yield (
                        person.subscriber_id, person.first_name.upper(), LINES[span.benefit], span.plan_code,
                        span.effective_date, span.end_date,
                    )  # fmt: skip


def _was_reported(name: str, begin: object) -> bool:
    """Whether the span was in the snapshot of a day before."""
    earlier = scenarios()[name].days[:-1]
    return any(
        span.effective_date == begin
        for day in earlier
        for f in day.families()
        for m in f.members
        for span in m.coverages
    )


@pytest.mark.parametrize("name", REPORTED_FROM_A_STORY)
def test_it_has_the_published_shape_or_says_why_not(name: str) -> None:
    scenario = scenarios()[name]
    assert scenario.story is not None
    ours, theirs = Counter(performed(name).nights[-1].members.split("\n")), Counter(story(scenario.story))
    del ours[""]
    differing = [*(ours - theirs), *(theirs - ours)]
    moved = [] if differing else _moved(performed(name).nights[-1].members.split("\n"), story(scenario.story))

    unexplained = [s for s in (*differing, *moved) if not any(s.startswith(start) for start in scenario.differs)]
    assert unexplained == []
    unused = [d for d in scenario.differs if not any(s.startswith(d) for s in (*differing, *moved))]
    assert unused == []


def _moved(ours: list[str], theirs: list[str]) -> list[str]:
    """Segments that stand elsewhere than in the story, where the segments themselves are the same."""
    return [one for one, other in zip(ours, theirs, strict=False) if one != other]


def test_every_published_shape_is_reported_by_a_scenario() -> None:
    shapes = {path.stem for path in STORIES.glob("*.edi")}

    assert shapes == {scenarios()[name].story for name in REPORTED_FROM_A_STORY}


def test_files_are_only_rewritten_on_request(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert regenerate.main([]) == 0
    name = "22-death"
    monkeypatch.setattr(regenerate, "scenarios", lambda: {name: scenarios()[name]})
    monkeypatch.setattr(regenerate, "EXPECTED", tmp_path)

    assert regenerate.main([]) == 1
    assert f"+++ reported/{name}.edi" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
    assert regenerate.main(["--write"]) == 0
    assert (tmp_path / f"{name}.edi").read_bytes() == (EXPECTED / f"{name}.edi").read_bytes()
