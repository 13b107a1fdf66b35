"""One edit in a right file: no check crashes, and whatever pyx12 refuses we refuse too.

The mutants are drawn by a seed. Where pyx12 refused and we did not, we would be taught something; where it is pyx12
that is wrong, the reason would be listed here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from edi834.check import check_x12
from edi834.check.second_opinion import ask_pyx12
from edi834.x12 import Interchange, read, write
from tests.check.documents import document_of
from tests.check.mutants import EDITS, mutants
from tests.x12.builders import HEADER, header, interchange, transaction_set
from tests.x12.shapes import SHAPES

OCTOBER = replace(HEADER, date=date(2024, 10, 1))
DISAGREEMENTS: dict[str, str] = {}
"""What pyx12 refuses and we rightly accept, by its words, with the reason."""


def _file(occasion: str) -> bytes:
    head = header("2", "REF*38*MASTER1", "DTP*007*D8*20241001")
    reported = interchange(transaction_set(*SHAPES[occasion], head=head))
    return write(replace(reported, header=OCTOBER)).text


@pytest.mark.parametrize("occasion", SHAPES)
def test_every_usual_occasion_passes_without_a_word(occasion: str) -> None:
    outcome = check_x12(document_of(_file(occasion)))

    assert outcome.findings == ()
    assert outcome.checked is not None
    assert outcome.checked.second_opinion == "whole"


@pytest.mark.parametrize("occasion", SHAPES)
def test_whatever_the_stranger_refuses_we_refuse_too(occasion: str) -> None:
    """`check_x12` asks pyx12 only about what our own checks accept, so its refusal shows what they missed."""
    for edit, mutant in mutants(_file(occasion), seed=834, number=40):
        outcome = check_x12(document_of(mutant))
        missed = [f.message for f in outcome.findings if f.code in ("E834-1075", "E834-1076")]
        assert [words for words in missed if words not in DISAGREEMENTS] == [], (edit, mutant)


def test_most_mutants_are_refused_and_some_are_right() -> None:
    """Otherwise the edits would be harmless, or would never get as far as the stranger."""
    verdicts = [
        check_x12(document_of(mutant)).checked is not None
        for _, mutant in mutants(_file("a new hire with medical and dental and a child"), seed=5, number=150)
    ]

    assert 3 <= sum(verdicts) <= 40


def test_the_edits_reach_every_way_of_being_wrong() -> None:
    drawn = {edit for edit, _ in mutants(_file("a death"), seed=1, number=200)}

    assert drawn == {edit.__name__ for edit in EDITS}


def test_a_mutant_of_what_was_meant_is_never_taken_for_it() -> None:
    """In a run the tree is the plan's, so any other byte is refused, whether the file is right or not."""
    content = _file("the end of employment")
    meant = document_of(content)
    for _, mutant in mutants(content, seed=9, number=150):
        if mutant != content:
            assert check_x12(replace(meant, content=mutant)).checked is None


@pytest.mark.parametrize("edit", range(0, 400, 7))
def test_a_file_cut_anywhere_is_refused(edit: int) -> None:
    content = _file("a death")
    cut = content[: edit % len(content)]

    assert check_x12(replace(document_of(content), content=cut)).checked is None


def test_the_stranger_alone_survives_every_mutant() -> None:
    """Its exceptions are findings, whatever it stumbles over."""
    for _, mutant in mutants(_file("a disability"), seed=3, number=30):
        found: tuple[Interchange, ...] = read(mutant).interchanges
        if found:
            assert isinstance(ask_pyx12(mutant, found[0], segments=20, seed="1").faults, tuple)
