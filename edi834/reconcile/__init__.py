"""Reconciling: a carrier's roster against what was reported to it and what is true, person by person.

It compares and judges, and changes nothing: what is remembered of a difference is the ledger's, and a correction is
reported by the next run like anything else that a carrier does not hold.
"""

from edi834.reconcile.comparing import Reconciliation, TrueFamilies, reconcile
from edi834.reconcile.roster import Roster, read_flat_roster, read_x12_roster
from edi834.reconcile.row import Kind, Owner, Row

__all__ = [
    "Kind",
    "Owner",
    "Reconciliation",
    "Roster",
    "Row",
    "TrueFamilies",
    "read_flat_roster",
    "read_x12_roster",
    "reconcile",
]
