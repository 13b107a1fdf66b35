"""The part of the ledger's port that is about answers: verdicts, reports on people, and whom a segment is about.

Each method is one short transaction or one reading; what it does stands in the module it calls.
The rest of the port is ``sql_ledger.py``'s.
"""

from __future__ import annotations

from collections.abc import Sequence

from edi834.feed.ledger_port import MemberReport, ReportTaken, Transmission, Verdict
from edi834.feed.whereabouts import NOWHERE, Whereabouts
from edi834.ledger import answers
from edi834.ledger.books import Books
from edi834.ledger.reports import take_report
from edi834.ledger.transitions import transmission_row
from edi834.model import TransmissionId

__all__ = ["Answering"]


class Answering:
    """What a ledger does with answers; :class:`SqlLedger` gives the books."""

    _books: Books

    def answered(self, verdict: Verdict) -> Transmission | None:
        """Take a carrier's answer in; None where it matches no delivered transmission (it is kept as unmatched).

        Raises:
          HeldError: it contradicts an earlier answer; that is recorded, and the feed is stopped.
        """
        return answers.answer(self._books, verdict)

    def answers_to(self, transmission_id: TransmissionId) -> Sequence[Verdict]:
        """Every answer that was taken in for a transmission, in the order of taking."""
        return answers.answers_to(self._books, transmission_id)

    def member_report(self, report: MemberReport) -> ReportTaken:
        """Take a carrier's report on people in; one that was taken in before does nothing."""
        return take_report(self._books, report)

    def item_done(self, transmission_id: TransmissionId, set_number: str, *, confirmation: str | None) -> Transmission:
        """Confirm one item of a worklist: it begins to count. Done once, it stays as it was done.

        Raises:
          NothingMatchesError: there is no such item.
          UsageError: it is no worklist, not handed over, or a later worklist states the item again.
        """
        return answers.confirm_item(self._books, transmission_id, set_number, confirmation)

    def whereabouts(self, transmission_id: TransmissionId) -> Whereabouts:
        """Whom each segment of a transmission is about; empty where nothing was kept.

        Raises:
          HeldError: what was kept was changed.
        """
        with self._books.database.reading() as connection:
            row = transmission_row(connection, transmission_id)
        if row.sealed_sha256 is None:
            return NOWHERE
        return self._books.spool.whereabouts(row.feed_id, row.sealed_sha256)
