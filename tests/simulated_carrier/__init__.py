"""A carrier that keeps a membership book from the 834s it receives, and complains as a carrier would.

It is written against the guide, the published examples and the rules that its feed declares, and shares nothing with
the engine but the reader: what it holds after a file is what the file says, read by somebody who knows nothing else.
What it ought to hold is computed in ``tests/laws``, from snapshots.
"""

from tests.simulated_carrier.book import Book, HeldCoverage, HeldMember, HeldSpan
from tests.simulated_carrier.carrier import Carrier, Complaint
from tests.simulated_carrier.reading import Reading

__all__ = ["Book", "Carrier", "Complaint", "HeldCoverage", "HeldMember", "HeldSpan", "Reading"]
