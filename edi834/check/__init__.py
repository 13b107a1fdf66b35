"""Is it right? Our own rules for a file, and pyx12's second opinion.

A document goes in with what was meant; a checked document comes out, or everything that is wrong with it.
Sealing what was checked is ``edi834/feed``'s and ``delivery``'s.
"""

from edi834.check.checked import CheckedDocument
from edi834.check.gate import CheckOutcome, check_flat, check_worklist, check_x12
from edi834.check.rules.rule import Rule
from edi834.check.situational import RULES

__all__ = ["RULES", "CheckOutcome", "CheckedDocument", "Rule", "check_flat", "check_worklist", "check_x12"]
