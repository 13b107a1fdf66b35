"""pyx12 is asked from memory, without a word into a log, about the whole file or a sample of whole sets."""

from __future__ import annotations

import builtins
import logging
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from edi834.check import check_x12
from edi834.check.second_opinion import SecondOpinion, ask_pyx12
from edi834.model import Severity
from edi834.x12 import Interchange, Loop, read, write
from tests.check.documents import document_of
from tests.x12.builders import HEADER, coverage, interchange, member, names, of_members, transaction_set
from tests.x12.shapes import REPEATED, SHAPES

OCTOBER = replace(HEADER, date=date(2024, 10, 1))
HIRE = SHAPES["a new hire with medical and dental and a child"]


def _ask(reported: Interchange | bytes, **settings: Any) -> SecondOpinion:
    content = reported if isinstance(reported, bytes) else write(reported).text
    return ask_pyx12(content, read(content).interchanges[0], segments=content.count(b"~"), seed="feed/1", **settings)


def _many(sets: int) -> Interchange:
    numbered = (transaction_set(_worker(n), number=f"{n:04}") for n in range(1, sets + 1))
    return interchange(*numbered)


def _worker(n: int, line: str = "HLT") -> Loop:
    return member(
        "INS*Y*18*030*XN*A***FT", f"REF*0F*E{n:05}", names(f"NM1*IL*1*ROE*N{n}"),
        coverage(f"HD*030**{line}*PPO*EMP", "DTP*348*D8*20240101"),
    )  # fmt: skip


def test_a_file_is_read_whole() -> None:
    opinion = _ask(of_members(*HIRE))

    assert opinion == SecondOpinion((), "whole")


def test_repeated_elements_are_handed_over_one_of_each() -> None:
    """pyx12 raises an IndexError on one of these repetitions, and calls the other too long."""
    opinion = _ask(of_members(*REPEATED))

    assert opinion == SecondOpinion((), "whole, with one of each repeated element")


def test_the_first_of_a_repetition_is_still_judged() -> None:
    wrong = write(of_members(*REPEATED)).text.replace(b"COB*P**5*1^35^48", b"COB*P**5*XX^35^48")

    assert [fault.path for fault in _ask(wrong).faults] == ["COB04"] * len(_ask(wrong).faults)
    assert _ask(wrong).faults


def test_a_province_that_pyx12_does_not_know_is_left_to_the_guide() -> None:
    reported = of_members(
        member("INS*Y*18*030*XN*A***FT", "REF*0F*E1", names("NM1*IL*1*ROE*KIM", "N4*MONTREAL*QC*H2X1Y4*CA"))
    )

    assert _ask(reported).faults == ()


def test_a_large_file_is_sampled_by_whole_sets() -> None:
    opinion = _ask(_many(12), most_segments=50, sample=5)

    assert opinion == SecondOpinion((), "sampled 5 of 12 sets")


def test_the_same_file_gives_the_same_sample_and_another_seed_another() -> None:
    """One set in twelve is wrong: whether it is found depends on the seed alone."""
    sets = [transaction_set(_worker(n, "QQQ" if n == 4 else "HLT"), number=f"{n:04}") for n in range(1, 13)]
    content = write(interchange(*sets)).text
    tree = read(content).interchanges[0]

    def found(seed: str) -> bool:
        return bool(ask_pyx12(content, tree, segments=999, seed=seed, most_segments=10, sample=5).faults)

    seeds = [f"feed/{n}" for n in range(12)]
    first = [found(seed) for seed in seeds]
    assert first[:4] == [found(seed) for seed in seeds[:4]]
    assert 2 <= sum(first) <= 9


def test_a_sampled_set_keeps_its_place_in_the_file() -> None:
    sets = [transaction_set(_worker(n, "QQQ"), number=f"{n:04}") for n in range(1, 8)]
    content = write(interchange(*sets)).text

    faults = ask_pyx12(content, read(content).interchanges[0], segments=999, seed="1", most_segments=10).faults

    lines = content.split(b"~")
    assert len(faults) == 5
    assert all(lines[fault.number - 1].startswith(b"HD*030**QQQ") for fault in faults)


def test_a_few_sets_are_read_whole_however_large() -> None:
    assert _ask(_many(5), most_segments=10).read == "whole"


def test_a_refusal_names_the_place_and_never_the_value() -> None:
    wrong = write(of_members(*HIRE)).text.replace(b"*ECH", b"*SECRET", 1)

    fault = _ask(wrong).faults[0]

    assert (fault.code, fault.path, fault.severity) == ("E834-1075", "HD05", Severity.ERROR)
    assert wrong.split(b"~")[fault.number - 1].startswith(b"HD*")
    assert "SECRET" not in fault.message


def test_a_wrong_trailer_is_believed_though_the_acknowledgment_would_accept() -> None:
    """pyx12 does not tell of IEA in its 999; what it returns does."""
    wrong = write(of_members(*HIRE)).text.replace(b"IEA*1*000000042", b"IEA*1*000000043")

    assert _ask(wrong).faults


def test_what_it_stumbles_over_is_a_finding() -> None:
    stumbled = _ask(write(of_members(*HIRE)).text.replace(b"005010X220A1", b"005010X220"))

    assert [(f.code, f.message) for f in stumbled.faults] == [
        ("E834-1076", "pyx12 stumbles over the file (EngineError)")
    ]


def test_a_letter_outside_ascii_is_not_handed_over() -> None:
    wrong = write(of_members(*HIRE)).text.replace(b"JANE", b"J\xc3NE", 1)

    assert [f.code for f in _ask(wrong).faults] == ["E834-1076"]


def test_nothing_is_logged_printed_or_written(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    real = builtins.open

    def watched(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        opened.append(mode)
        return real(file, mode, *args, **kwargs)

    monkeypatch.setattr(builtins, "open", watched)
    caplog.set_level(logging.DEBUG)
    before = set(Path.cwd().iterdir())
    content = write(of_members(*HIRE)).text

    _ask(content)
    _ask(content.replace(b"HD*021**HLT", b"HD*021**QQQ").replace(b"005010X220A1~ST", b"005010X220~ST"))
    _ask(content.replace(b"HD*021**HLT", b"HD*021**QQQ"))

    assert caplog.records == []
    assert capfd.readouterr() == ("", "")
    assert all(set(mode) <= {"r", "b", "t"} for mode in opened)
    assert set(Path.cwd().iterdir()) == before


def test_it_is_not_asked_about_what_we_refuse_ourselves() -> None:
    reported = replace(of_members(*HIRE), header=OCTOBER)
    outcome = check_x12(document_of(write(reported).text.replace(b"**HLT*", b"**QQQ*", 1)))

    assert outcome.checked is None
    assert {f.code for f in outcome.findings} == {"E834-1012"}


def test_its_configuration_in_the_home_of_whoever_runs_us_is_not_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / ".pyx12.conf.xml").write_text(
        '<pyx12><param name="charset"><value>B</value><type>string</type></param></pyx12>', encoding="utf-8"
    )
    monkeypatch.setenv("HOME", str(tmp_path))

    assert _ask(of_members(*HIRE)).faults == ()


def test_the_gate_tells_what_was_read() -> None:
    document = document_of(replace(_many(12), header=OCTOBER))

    whole = check_x12(document)
    sampled = check_x12(document, max_second_opinion_segments=50)

    assert whole.checked is not None
    assert whole.checked.second_opinion == "whole"
    assert sampled.checked is not None
    assert sampled.checked.second_opinion == "sampled 5 of 12 sets"
