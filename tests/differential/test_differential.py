"""Ours finds whatever pyx12 rightly finds: on every right file, on mutants of them, and on any corpus given by path.

``make differential`` compares many more mutants (``EDI834_MUTANTS``) and a corpus (``EDI834_CORPUS``); a mutant's
name says how to make it again.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from edi834.check.judgement import Found, Verdict
from tests.differential.comparing import Compared, compare
from tests.differential.corpus import given_files, mutants_of, right_files
from tests.differential.reasons import NOT_LOOKED_FOR, OTHER_LISTS, REASONS, STUMBLES, Reason, unexplained

MUTANTS = int(os.environ.get("EDI834_MUTANTS", "200"))
PORTIONS = 8
"""The mutants in portions, so that they are compared on every core."""

LARGE = 60_000


def disagreements(name: str, both: Compared) -> list[str]:
    """What nobody has explained about the two opinions of a file, in words that show no value."""
    if both.stumbled:
        known = both.errors or both.stumbled in STUMBLES
        return [] if known else [f"{name}: pyx12 stumbles ({both.stumbled}), and we find nothing wrong"]
    if both.accepted:
        codes = {found.code for found in both.errors if not _is_of_another_list(found)} - set(NOT_LOOKED_FOR)
        return [f"{name}: we refuse for {sorted(codes)}, and pyx12 accepts"] if codes else []
    found = [f"{name}: {one.level} {one.segment}{one.element or ''} code {one.code} at {one.number}: {one.words}"
             for one in unexplained(both)]  # fmt: skip
    if not both.errors and not any(_is_wrong_of_it(both, reason) for reason in REASONS):
        found.append(f"{name}: pyx12 refuses, and we find nothing wrong")
    return found


def _is_of_another_list(found: Found) -> bool:
    return found.code == "E834-1012" and f"{found.segment}{found.element}" in OTHER_LISTS


def _is_wrong_of_it(both: Compared, reason: Reason) -> bool:
    return any(reason.explains(both, one) for one in both.complaints)


@pytest.mark.parametrize("name", right_files())
def test_right_files_are_right_to_both_or_the_reason_is_known(name: str) -> None:
    both = compare(right_files()[name])

    assert [one.code for one in both.errors] == []
    assert disagreements(name, both) == []


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_whatever_pyx12_rightly_finds_in_a_mutant_we_find(portion: int) -> None:
    found: list[str] = []
    verdicts: Counter[Verdict] = Counter()
    small = {name: content for name, content in right_files().items() if len(content) < LARGE}
    for name, mutant in mutants_of(small, MUTANTS // PORTIONS, seed=portion):
        both = compare(mutant)
        verdicts[both.ours.verdict] += 1
        found += disagreements(name, both)

    assert found == []
    assert verdicts[Verdict.REFUSED] > verdicts[Verdict.ACCEPTED]


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.why)
def test_every_reason_explains_what_its_own_file_shows_and_nothing_else_does(reason: Reason) -> None:
    both = compare(reason.example)
    unshared = [*both.unshared()]

    assert any(reason.explains(both, one) for one in unshared)
    assert unexplained(both) == []


@pytest.mark.parametrize("element", OTHER_LISTS)
def test_a_code_of_another_list_is_wrong_to_us_alone(element: str) -> None:
    why, content = OTHER_LISTS[element]
    both = compare(content)

    assert both.accepted, why
    assert {f"{found.code} {found.segment}{found.element}" for found in both.errors} == {f"E834-1012 {element}"}, why
    assert disagreements(element, both) == []


@pytest.mark.parametrize("kind", STUMBLES)
def test_a_right_file_over_which_pyx12_stumbles_is_known(kind: str) -> None:
    why, content = STUMBLES[kind]
    both = compare(content)

    assert (both.stumbled, both.errors) == (kind, []), why


def test_a_corpus_given_by_path_is_compared_as_it_stands_and_with_one_edit() -> None:
    found: list[str] = []
    given = given_files()
    for name, content in given.items():
        found += disagreements(name, compare(content))
    for name, mutant in mutants_of(given, len(given) * 10, seed=834) if given else ():
        found += disagreements(name, compare(mutant))

    assert found == []
