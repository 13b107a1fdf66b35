"""Any bytes at all: a verdict, never a traceback, never unbounded time or memory; and whatever follows from a verdict.

``make fuzz`` tries 100,000 examples and more (``EDI834_FUZZ``), over every core; each failing example is shrunk and
printed with how to repeat it.
"""

from __future__ import annotations

import io
import json
import os
import tracemalloc
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from edi834.check.answer import answer
from edi834.check.judge import Judgement, JudgeOptions, Verdict, judge
from edi834.check.streamed import judge_stream
from edi834.model import Severity
from edi834.report.annotated import annotate
from edi834.report.annotated_lines import annotated_lines
from edi834.report.annotated_page import annotated_page
from edi834.report.judged_report import full_lines, sarif
from edi834.x12 import read_acknowledgements
from tests.fuzz.noise import anything, large

EXAMPLES = int(os.environ.get("EDI834_FUZZ", "0"))
PORTIONS = 16 if EXAMPLES else 1
TIMES = 20 if EXAMPLES else 2
MOMENT = datetime(2024, 10, 2, 3, 4, tzinfo=UTC)
STREAMED = 48 << 20
BYTES_PER_SET = 400
"""What judging a stream may hold: a window and one member, and of each transaction set its number."""

BYTES_PER_BYTE = 1_500
"""What a byte of a file may cost while it is judged, at its worst: a segment of one letter is a value of its own."""

fuzzed = settings(
    max_examples=EXAMPLES // PORTIONS or 60,
    derandomize=not EXAMPLES,
    print_blob=True,
    # A large example is shrunk for ever; what failed is printed, and can be made again from its blob.
    phases=[Phase.explicit, Phase.reuse, Phase.generate] if EXAMPLES else list(Phase),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def whole(judgement: Judgement) -> None:
    """A verdict that says what it rests on, and points where there is something."""
    counts, severities = judgement.counts, [found.severity for found in judgement.findings]
    assert sum(judgement.by_code.values()) == counts.errors + counts.warnings
    assert (judgement.verdict is Verdict.REFUSED) == (counts.errors > 0) == (Severity.ERROR in severities)
    # An ISA that cannot be read is pointed at, and is no segment.
    assert all(0 <= found.number <= counts.segments + 1 for found in judgement.findings)
    assert all(found.snip in (1, 2, 3, 4, 5) and found.message for found in judgement.findings)


@pytest.mark.timeout(7_200 if EXAMPLES else 300)
@pytest.mark.parametrize("portion", range(PORTIONS))
def test_any_bytes_get_a_verdict_and_never_a_traceback(portion: int) -> None:
    @fuzzed
    @given(anything())
    def tried(content: bytes) -> None:
        judgement = judge(content, JudgeOptions(most_of_one_code=50))
        whole(judgement)
        streamed = judge_stream(io.BytesIO(content), JudgeOptions(most_of_one_code=50))
        whole(streamed)
        assert (streamed.verdict, streamed.counts) == (judgement.verdict, judgement.counts)
        assert (streamed.by_code, streamed.refused) == (judgement.by_code, judgement.refused)

    tried()


@pytest.mark.timeout(7_200 if EXAMPLES else 300)
@pytest.mark.parametrize("portion", range(PORTIONS))
def test_what_follows_from_a_verdict_can_be_written_and_read_back(portion: int) -> None:
    """The answer is an answer, the page a page, and SARIF is JSON, whatever was judged."""

    @settings(fuzzed, max_examples=max(30, fuzzed.max_examples // 10))
    @given(anything())
    def tried(content: bytes) -> None:
        judgement = judge(content)
        answered = answer(judgement, control_number=1, moment=MOMENT)
        if answered.content:
            taken = read_acknowledgements(answered.content)
            assert taken.findings == ()
            assert len(taken.found) >= answered.interchanges
        annotated = annotate("night.834", "0" * 64, judgement, reveal=False)
        numbers = [n for block in annotated.blocks for n in range(block.first, block.last + 1)]
        assert numbers == [row.number for row in annotated.rows]
        assert annotated_page(annotated, str)
        assert list(annotated_lines(annotated, str))
        assert bool(list(full_lines("night.834", judgement, str))) == bool(judgement.findings)
        reported = SimpleNamespace(title="", story="", remedy="")
        assert json.loads(sarif([("night.834", judgement)], lambda code: reported))["version"] == "2.1.0"

    tried()


@pytest.mark.timeout(7_200 if EXAMPLES else 300)
@pytest.mark.parametrize("portion", range(PORTIONS))
def test_any_bytes_can_be_taken_for_an_acknowledgment(portion: int) -> None:
    @settings(fuzzed, max_examples=max(30, fuzzed.max_examples // 10))
    @given(anything())
    def tried(content: bytes) -> None:
        taken = read_acknowledgements(content)
        assert taken.found or taken.findings

    tried()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", large(1))
def test_a_large_file_of_one_thing_is_judged_within_bounds(kind: str) -> None:
    content = large(TIMES)[kind]
    tracemalloc.start()
    try:
        judgement = judge(content, JudgeOptions(most_of_one_code=50))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    whole(judgement)
    assert judgement.verdict is Verdict.REFUSED
    assert peak < 2_000_000 + BYTES_PER_BYTE * len(content)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", large(1))
def test_a_large_file_of_one_thing_is_judged_as_a_stream_in_little_memory(kind: str) -> None:
    content = large(TIMES)[kind]
    tracemalloc.start()
    try:
        judgement = judge_stream(io.BytesIO(content), JudgeOptions(most_of_one_code=50))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    whole(judgement)
    assert judgement.verdict is Verdict.REFUSED
    assert peak < STREAMED + BYTES_PER_SET * content.count(b"ST")
