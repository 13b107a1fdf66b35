"""A carrier's report on people: those it rejects are found by token, and their families are reverted.

A report is taken once, whole, in one transaction; a file it speaks of keeps its state
(``docs/concepts/transmission.md``), and only files that count can be spoken of. A row that names nobody is given back
and changes nothing.
Reading a report's text is ``edi834/feed``'s; what is reported again, and how, too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from edi834.faults import point
from edi834.feed.ledger_port import MemberReport, MemberVerdict, ReportTaken, Transmission
from edi834.ledger import tables
from edi834.ledger.books import Books, after_commit
from edi834.ledger.leases import ensure_feed
from edi834.ledger.reported import is_counting, member_token, portions, was_sent
from edi834.ledger.reverted import revert_families
from edi834.ledger.transitions import read_transmission
from edi834.model import TransmissionId

__all__ = ["take_report"]

_CODES = 20  # how many of the carrier's codes the trail lists


@dataclass(frozen=True, slots=True)
class _Done:
    taken: ReportTaken
    changed: tuple[tuple[Transmission, int], ...] = ()


def take_report(books: Books, report: MemberReport) -> ReportTaken:
    """Take a report in: ``Ledger.reported``."""
    done = books.database.write(partial(_take, books, report))
    for transmission, version in done.changed:
        after_commit(books, "member_report", transmission, version)
    return done.taken


def _take(books: Books, report: MemberReport, connection: Connection) -> _Done:
    answers, feeds = tables.answers, tables.feeds
    ensure_feed(connection, report.feed_id)
    connection.execute(select(feeds.c.feed_id).where(feeds.c.feed_id == report.feed_id).with_for_update())
    before = select(func.count()).where(answers.c.sha256 == report.sha256, answers.c.kind == tables.REPORT)
    if connection.execute(before).scalar_one():
        return _Done(ReportTaken(is_new=False))
    concerned: dict[int, dict[int, str]] = {}
    unmatched: list[MemberVerdict] = []
    for verdict in report.rejected:
        found = _family_and_file(books, connection, report, verdict)
        if found is None:
            unmatched.append(verdict)
        else:
            concerned.setdefault(found.transmission_no, {})[found.family_no] = verdict.code
    changed = []
    for transmission_no in sorted(concerned):
        changed.append(_revert(books, connection, report, transmission_no, concerned[transmission_no]))
    if not concerned:
        connection.execute(insert(answers).values(**_columns(books, report, 0)))
        books.trail.add(connection, "member_report", report.feed_id, _detail(report, {}, len(unmatched)))
    point("member_report-before-commit")
    reverted = {
        TransmissionId(t.transmission_id): len(concerned[n])
        for n, (t, _) in zip(sorted(concerned), changed, strict=True)
    }
    return _Done(ReportTaken(is_new=True, reverted=reverted, unmatched=tuple(unmatched)), tuple(changed))


def _family_and_file(
    books: Books, connection: Connection, report: MemberReport, verdict: MemberVerdict
) -> Row[int, int] | None:
    """The member's family, and the newest file that counts for it; or the file that the report names.

    A file that the report names may have been reverted with an older one: what the carrier took of it is asked all the
    same when the family is next reported.
    """
    reported, files, people = tables.reported, tables.transmissions, tables.reported_members
    tokens = [member_token(books.keyring, group, verdict.member_id) for group in verdict.group_ids]
    query = (
        select(reported.c.family_no, reported.c.transmission_no)
        .join(files, files.c.transmission_no == reported.c.transmission_no)
        .join(
            people,
            (people.c.family_no == reported.c.family_no) & (people.c.transmission_no == reported.c.transmission_no),
        )
        .where(files.c.feed_id == report.feed_id, people.c.token.in_(tokens))
        .where(is_counting(reported, files) if verdict.file is None else was_sent(reported, files))
        .order_by(reported.c.transmission_no.desc())
        .limit(1)
    )
    if verdict.file is not None:
        named = [files.c.reference == verdict.file]
        if verdict.file.isascii() and verdict.file.isdigit() and len(verdict.file) <= 9:
            named.append(files.c.control_number == int(verdict.file))
        query = query.where(or_(*named))
    return connection.execute(query).one_or_none()


def _revert(
    books: Books, connection: Connection, report: MemberReport, transmission_no: int, codes: dict[int, str]
) -> tuple[Transmission, int]:
    files = tables.transmissions
    revert_families(connection, transmission_no, list(codes))
    reported = tables.reported
    for portion in portions(codes):
        own = (reported.c.transmission_no == transmission_no, reported.c.family_no.in_(portion))
        connection.execute(update(reported).where(*own).values(reverted_by=transmission_no))
    row = connection.execute(
        update(files)
        .where(files.c.transmission_no == transmission_no)
        .values(version=files.c.version + 1)
        .returning(files.c.transmission_id, files.c.version)
    ).one()
    connection.execute(insert(tables.answers).values(**_columns(books, report, transmission_no)))
    books.trail.add(connection, "member_report", row.transmission_id, _detail(report, codes, 0))
    return read_transmission(connection, row.transmission_id), row.version


def _columns(books: Books, report: MemberReport, transmission_no: int) -> dict[str, object]:
    facts = {"feed": report.feed_id, "rejected": len(report.rejected), "accepted": report.accepted}
    return {
        "sha256": report.sha256,
        "kind": tables.REPORT,
        "envelope_no": None,
        # One row for each file the report speaks of; the number only keeps them apart.
        "control_number": transmission_no,
        "verdict": json.dumps(facts, sort_keys=True),
        "taken_at": books.trail.clock.now(),
        "transmission_no": transmission_no or None,
        "conflict": False,
    }


def _detail(report: MemberReport, codes: dict[int, str], unmatched: int) -> dict[str, object]:
    listed = sorted({code for code in codes.values() if code})[:_CODES]
    return {
        "feed": report.feed_id,
        "report": report.sha256[:16],
        "reverted": len(codes),
        "codes": ", ".join(listed),
        "unmatched": unmatched,
    }
