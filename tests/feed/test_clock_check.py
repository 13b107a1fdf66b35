"""The clock is believed unless what else knows the time says that it cannot be right."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from edi834.errors import HeldError
from edi834.feed.clock_check import refuse_wrong_clock

NOW = datetime(2026, 11, 22, 2, 14, tzinfo=UTC)
TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("now", "last", "as_of"),
    [
        (NOW, None, TODAY),
        (NOW, NOW, TODAY),
        (NOW - timedelta(hours=1), NOW, TODAY),  # set back by an hour
        (NOW, NOW - 3000 * DAY, TODAY),  # a feed that rested for years, with a snapshot of the day
        (NOW, NOW - DAY, date(2020, 1, 1)),  # an old snapshot by a clock that has just been used
        (NOW, None, date(2020, 1, 1)),
        (NOW + 400 * DAY, NOW, TODAY),
    ],
)
def test_a_clock_that_may_be_right_is_believed(now: datetime, last: datetime | None, as_of: date) -> None:
    refuse_wrong_clock(now, last_written=last, as_of=as_of)


@pytest.mark.parametrize(
    ("now", "last", "as_of"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), None, TODAY),
        (datetime(2023, 12, 31, tzinfo=UTC), None, date(2023, 12, 31)),
        (NOW - DAY - timedelta(seconds=1), NOW, TODAY),
        (NOW + 3653 * DAY, NOW, TODAY),
        (NOW + 401 * DAY, NOW, TODAY),
    ],
)
def test_a_clock_that_cannot_be_right_holds_the_feed(now: datetime, last: datetime | None, as_of: date) -> None:
    with pytest.raises(HeldError) as caught:
        refuse_wrong_clock(now, last_written=last, as_of=as_of)

    assert (caught.value.code, caught.value.exit_status, bool(caught.value.remedy)) == ("E834-0923", 6, True)
