"""Traces: what a mapping makes of people, each value with the assignment it came from.

A trace writes the same families with the same code as a file does and looks on; a file that nobody asks about pays
nothing. Which rows of a snapshot the fields stood in is the snapshot's to say (``edi834/feed/looking.py``).
How a trace is shown, and what is masked, is ``edi834/report``'s.
"""

from edi834.mapping.tracing.covered import CoveredElement, Spot, Standing, covered, spots_of
from edi834.mapping.tracing.traced import Origin, TracedElement, TracedFamily, TracedMember, TracedSegment, origin_of
from edi834.mapping.tracing.written import FlatTracer, Tracer, WorklistTracer
from edi834.mapping.tracing.written_x12 import X12Tracer

__all__ = [
    "CoveredElement",
    "FlatTracer",
    "Origin",
    "Spot",
    "Standing",
    "TracedElement",
    "TracedFamily",
    "TracedMember",
    "TracedSegment",
    "Tracer",
    "WorklistTracer",
    "X12Tracer",
    "covered",
    "origin_of",
    "spots_of",
]
