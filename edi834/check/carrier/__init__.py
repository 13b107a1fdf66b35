"""What one carrier wants of a file besides the guide (SNIP level 7): its own rules, as data, and who breaks them.

A rule stands at an address of the guide and says one thing; it is the carrier's companion guide, written down.
Reading the operator's file is ``edi834/workspace``'s.
"""

from edi834.check.carrier.asking import check_carrier
from edi834.check.carrier.rule import CODES, CarrierRule, CarrierRules, Condition, Says, shape_pattern

__all__ = ["CODES", "CarrierRule", "CarrierRules", "Condition", "Says", "check_carrier", "shape_pattern"]
