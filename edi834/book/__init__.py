"""The core: what does the carrier's book show now, what should it show, and which statements get it there?

``desired`` lays today's rows over the reported book, ``diff`` gives the edits, ``choose`` the statement that takes
every book the carrier may have to the desired one, as ``read`` understands it under the feed's dialect. Everything is
a pure function of its arguments; codes, segments and fields are the mapping's.
"""

from edi834.book.book import Book, Family, Interval, Person, effective, is_never_effective, person_in, same_family
from edi834.book.carrier import read
from edi834.book.desired import Desired, desired, unchanged
from edi834.book.dialect import Dialect, RuleProblem, read_dialect
from edi834.book.edits import CoverageEdit, FamilyEdit, MemberEdit, apply, diff
from edi834.book.events import Event, EventKind
from edi834.book.overlay.elsewhere import Elsewhere, gave_way
from edi834.book.overlay.moves import departed, find_moves
from edi834.book.overlay.windows import Pending, Waiting, is_blackout
from edi834.book.possible import Books, Sending, choose, possible_books
from edi834.book.prediction import By, Outcome, Predicted, predict
from edi834.book.refused_pairs import contradictions
from edi834.book.saying.families import say_changes
from edi834.book.saying.full import LastFull, say_everything
from edi834.book.statement import Action, CoverageStatement, FamilyStatement, MemberStatement

__all__ = [
    "Action",
    "Book",
    "Books",
    "By",
    "CoverageEdit",
    "CoverageStatement",
    "Desired",
    "Dialect",
    "Elsewhere",
    "Event",
    "EventKind",
    "Family",
    "FamilyEdit",
    "FamilyStatement",
    "Interval",
    "LastFull",
    "MemberEdit",
    "MemberStatement",
    "Outcome",
    "Pending",
    "Person",
    "Predicted",
    "RuleProblem",
    "Sending",
    "Waiting",
    "apply",
    "choose",
    "contradictions",
    "departed",
    "desired",
    "diff",
    "effective",
    "find_moves",
    "gave_way",
    "is_blackout",
    "is_never_effective",
    "person_in",
    "possible_books",
    "predict",
    "read",
    "read_dialect",
    "same_family",
    "say_changes",
    "say_everything",
    "unchanged",
]
