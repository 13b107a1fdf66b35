"""The code vocabularies of the snapshot: which words a coded column may hold (``docs/snapshot.md``).

A word outside its vocabulary quarantines the family: nothing is guessed.
How a carrier spells these words (X12 codes, a flat file's letters) is the mapping's business, not the model's.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["VOCABULARIES"]

_WORDS = {
    "relationship": (
        "self spouse ex_spouse domestic_partner child stepchild adopted_child foster_child ward grandchild "
        "dependent_of_minor parent sibling other"
    ),
    "gender": "F M U",
    "marital_status": "single married divorced separated widowed domestic_partner unreported",
    "student_status": "full_time part_time none",
    "employment_status": "active full_time part_time leave laid_off retired terminated cobra surviving",
    "salary_basis": "annual monthly weekly hourly",
    "premium_frequency": "annual monthly semimonthly biweekly weekly",
    "medicare_reason": "age disability esrd",
    "cobra_event": "termination reduction_of_hours medicare death divorce ineligible_child bankruptcy",
    "benefit": (
        "medical pharmacy dental vision life voluntary_life add voluntary_add std ltd ltc fsa_health fsa_dependent hsa "
        "hra eap critical_illness accident hospital_indemnity cancer legal wellness"
    ),
    "tier": (
        "employee employee_spouse employee_child employee_children employee_and_one family spouse spouse_children "
        "child children dependents two_party"
    ),
    "coordination_order": "P S T U",
    "event": (
        "new_hire rehire birth adoption marriage divorce separation death termination retirement open_enrollment "
        "plan_change tier_change cobra_election cobra_end voluntary_waive declined address_change name_change "
        "identity_correction leave return_from_leave layoff disability medicare age_out student_status "
        "eligibility_gained eligibility_lost transfer provider_change carrier_change non_payment court_order other"
    ),
}

VOCABULARIES: Mapping[str, frozenset[str]] = MappingProxyType(
    {name: frozenset(words.split()) for name, words in _WORDS.items()}
)
"""Vocabulary name → the words it holds."""
