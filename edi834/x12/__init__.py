"""How an 834 is written and read: segments, envelope, guide, acknowledgments; bytes in, bytes out, nothing else.

The guide 005010X220A1 is data (`guide/`); writer and reader follow it, so a tree that is written comes back equal.
It knows nothing of members, carriers or files: what goes where is `edi834/mapping`, whether it is right `edi834/check`.
"""

from edi834.x12.acknowledgement import (
    TA1,
    Ack999,
    Acknowledgements,
    ElementError,
    GroupVerdict,
    SegmentError,
    SetVerdict,
    Verdict,
    read_acknowledgements,
    write_999,
    write_ta1,
)
from edi834.x12.charset import Charset, Cleaned, Uncleanable, clean, transliterate
from edi834.x12.describe import ElementWords, SegmentWords, code_meaning, describe_loop, describe_segment
from edi834.x12.document import (
    VERSION,
    Delimiters,
    GroupHeader,
    Interchange,
    InterchangeHeader,
    PositionIndex,
    SegmentPosition,
    TransactionSet,
)
from edi834.x12.guide import (
    CODE_SETS,
    GUIDE_005010X220A1,
    GUIDES,
    ElementDef,
    Guide,
    LoopDef,
    SegmentDef,
    SyntaxNote,
    guide_for,
)
from edi834.x12.guide.placement import definition_of
from edi834.x12.path import Path, Resolved, every_path, resolve
from edi834.x12.reader import ReadResult, read, segment_at
from edi834.x12.reading.tokens import ReadFinding
from edi834.x12.segment import Element, Loop, Repeated, Segment, composite, repeated
from edi834.x12.writer import Refusal, Unwritable, Written, spell, write

__all__ = [
    "CODE_SETS",
    "GUIDES",
    "GUIDE_005010X220A1",
    "TA1",
    "VERSION",
    "Ack999",
    "Acknowledgements",
    "Charset",
    "Cleaned",
    "Delimiters",
    "Element",
    "ElementDef",
    "ElementError",
    "ElementWords",
    "GroupHeader",
    "GroupVerdict",
    "Guide",
    "Interchange",
    "InterchangeHeader",
    "Loop",
    "LoopDef",
    "Path",
    "PositionIndex",
    "ReadFinding",
    "ReadResult",
    "Refusal",
    "Repeated",
    "Resolved",
    "Segment",
    "SegmentDef",
    "SegmentError",
    "SegmentPosition",
    "SegmentWords",
    "SetVerdict",
    "SyntaxNote",
    "TransactionSet",
    "Uncleanable",
    "Unwritable",
    "Verdict",
    "Written",
    "clean",
    "code_meaning",
    "composite",
    "definition_of",
    "describe_loop",
    "describe_segment",
    "every_path",
    "guide_for",
    "read",
    "read_acknowledgements",
    "repeated",
    "resolve",
    "segment_at",
    "spell",
    "transliterate",
    "write",
    "write_999",
    "write_ta1",
]
