"""An approval is found again by the digest it was given for, whatever digits stand in it."""

from __future__ import annotations

import pytest

from edi834.model import FeedId
from tests.commands.workspace import Sample

FEED = FeedId("northstar-medical")


@pytest.mark.parametrize("digest", ["ab" * 32, "f" * 20 + "984723652" + "e" * 35, "0123456789abcdef" * 4])
def test_a_digest_with_nine_digits_in_a_row_is_still_that_digest(digest: str, sample: Sample) -> None:
    """One digest in nine has them, and looks like a Social Security number to whoever masks free text."""
    with sample.ledger() as ledger:
        ledger.record("approved", FEED, plan=digest, transmission="984723652abc", reason="said 984-72-3652")

        assert ledger.approved_plans(FEED) == {digest}
        (line,) = [e for e in ledger.trail(FEED) if e.action == "approved"]
        assert line.detail["transmission"] == "984723652abc"
        assert line.detail["reason"] == "said ***-**-3652"
