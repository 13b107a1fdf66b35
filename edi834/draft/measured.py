"""How good a draft is: the sample's own people, written by it, held against the sample element by element.

The same comparison that ``edi834 compare`` makes; nothing is counted that it does not count.
"""

from __future__ import annotations

from dataclasses import replace

from edi834.check.meaning import Comparison, compare, meaning_of
from edi834.draft.drafted import Draft
from edi834.mapping import SetPolicy, build_x12
from edi834.model import Finding
from edi834.x12 import read

__all__ = ["measured"]


def measured(draft: Draft) -> tuple[Comparison | None, tuple[Finding, ...]]:
    """Write the sample's people with the draft, and compare; None, with the findings, where nothing can be written."""
    rules = draft.compiled.spec.rules.get("transaction_sets", "file")
    around = replace(draft.around, constants=draft.compiled.spec.constants)
    built = build_x12(draft.compiled, draft.envelope, around, draft.sample.families, SetPolicy(holds=str(rules)))
    if built.document is None:
        return None, built.findings
    ours = meaning_of(read(built.document.content).interchanges)
    return compare(meaning_of((draft.sample.interchange,)), ours), built.findings
