"""A first mapping, drafted from a carrier's sample file: what is where, as the field or code that it probably is.

A sample is read as people and statements about them; each element is then held against expressions of the mapping
language, and the one that gives what stands there is written, with how sure that is. Nothing about a person is written:
a value of one person never becomes a literal.
Reading files is the command's (``edi834/commands/draft.py``); what a mapping means is ``edi834/mapping``'s.
"""

from edi834.draft.companion import Asked, read_companion
from edi834.draft.drafted import Draft, draft_mapping
from edi834.draft.measured import measured
from edi834.draft.reading import ReadSample, read_sample
from edi834.draft.snapshot import Known, known_people

__all__ = [
    "Asked",
    "Draft",
    "Known",
    "ReadSample",
    "draft_mapping",
    "known_people",
    "measured",
    "read_companion",
    "read_sample",
]
