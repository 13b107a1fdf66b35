"""What is different: what was last reported against what is released today, as events and then as statements.

Spans are matched into timelines, differences become events by one decision table, events become statements under the
feed's rules; everything is a pure function of its arguments.
What a carrier's codes for these words are is the mapping's; what was reported is the ledger's.
"""

from edi834.change.classify import UndecidedError
from edi834.change.compare import FamilyDifference, MemberDifference, compare_family, unchanged_family
from edi834.change.doubt import MayHold
from edi834.change.elsewhere import Elsewhere, gave_way
from edi834.change.events import Event, EventKind
from edi834.change.move import departed, find_moves
from edi834.change.rules import RuleProblem, Rules, read_rules
from edi834.change.seams import family_joined
from edi834.change.statement import Action, CoverageStatement, FamilyStatement, MemberStatement
from edi834.change.tell import LISTED_ONLY, tell_changes
from edi834.change.timeline import SpanPair, is_cancelled, match_timeline
from edi834.change.view import Pending, View, Waiting, feed_view, is_blackout
from edi834.change.whole import LastFull, tell_again, tell_everything

__all__ = [
    "LISTED_ONLY",
    "Action",
    "CoverageStatement",
    "Elsewhere",
    "Event",
    "EventKind",
    "FamilyDifference",
    "FamilyStatement",
    "LastFull",
    "MayHold",
    "MemberDifference",
    "MemberStatement",
    "Pending",
    "RuleProblem",
    "Rules",
    "SpanPair",
    "UndecidedError",
    "View",
    "Waiting",
    "compare_family",
    "departed",
    "family_joined",
    "feed_view",
    "find_moves",
    "gave_way",
    "is_blackout",
    "is_cancelled",
    "match_timeline",
    "read_rules",
    "tell_again",
    "tell_changes",
    "tell_everything",
    "unchanged_family",
]
