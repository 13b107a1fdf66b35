"""What may be reported: grants decide, redaction removes, and nothing else makes a released member.

Fields are removed before anything is compared, so an ungranted field can cause neither a byte nor an event (law 4).
Who signed a grant, and where its file lies, are the workspace's.
"""

from edi834.grants.grant import STRUCTURAL_FIELDS, Grant, Release, decide_release
from edi834.grants.payload import written
from edi834.grants.released import (
    Record,
    ReleasedCoverage,
    ReleasedFamily,
    ReleasedMember,
    narrowed,
    redact,
    redact_group,
)
from edi834.grants.selection import Selection, digest_of_lines, family_digest, line

__all__ = [
    "STRUCTURAL_FIELDS",
    "Grant",
    "Record",
    "Release",
    "ReleasedCoverage",
    "ReleasedFamily",
    "ReleasedMember",
    "Selection",
    "decide_release",
    "digest_of_lines",
    "family_digest",
    "line",
    "narrowed",
    "redact",
    "redact_group",
    "written",
]
