"""A carrier of some rules, what it holds and what it asks, in the fewest words that a test can say it in."""

from __future__ import annotations

from typing import Any

from edi834.book.dialect import Dialect
from tests.simulated_carrier import Carrier, Reading
from tests.simulated_carrier.files import deliver, hd, ins

__all__ = ["asked", "carrier", "enrolled", "shown"]


def carrier(**rules: Any) -> Carrier:
    return Carrier(reading=Reading.of(Dialect(**rules)))


def shown(of: Carrier, who: str = "Jane") -> list[str]:
    """What is covered of somebody: plan, tier, first and last day."""
    (member,) = [m for m in of.book.members if m.person.first_name == who.upper()]
    spans = sorted(member.spans, key=lambda span: (span.begin, span.plan))
    return [" ".join(filter(None, (s.plan, s.tier, f"{s.begin}..{s.end or ''}"))) for s in spans]


def asked(of: Carrier) -> list[str]:
    return [complaint.what for complaint in of.complaints]


def enrolled(*coverages: str, **rules: Any) -> Carrier:
    """A carrier that holds Jane in PPO500, tier EMP, since January 1st, or in other coverages."""
    one = carrier(**rules)
    deliver(one, ins("021", *(coverages or (hd("021", "PPO500", "2026-01-01", tier="EMP"),))))
    return one
