"""``ack``: take in a carrier's TA1, 999 or report on people, by hand."""

from __future__ import annotations

from pathlib import Path

import click

from edi834.commands.session import Session
from edi834.commands.taking import take_file, unsealed, worst
from edi834.commands.verb import verb
from edi834.errors import NothingMatchesError
from edi834.feed.member_report import ReportSpec

__all__ = ["ack", "report_named"]


@verb("ack", statuses=(0, 3, 4, 6, 10, 11), example="edi834 ack inbound/999_000000418.edi")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--report", metavar="CARRIER/NAME", help="They are reports on people, laid out as described there.")
@click.pass_obj
def ack(session: Session, files: tuple[Path, ...], report: str | None) -> int:
    """Take carriers' answers in: each is matched by its numbers; what is rejected is reported again by the next run.

    A file whose name fits a description in carriers/*/reports is read as that report, any other as a TA1 or 999.
    One that a carrier sealed to us is opened with the key that an [outbox] names.
    """
    spec = _described(session, report) if report is not None else None
    statuses = [_take(session, file, spec) for file in files]
    return session.output.summary(worst(statuses), files=len(files))


def report_named(session: Session, name: str, carrier_id: str | None = None) -> ReportSpec | None:
    """The one description of reports that a file's name fits; None where none does, or more than one."""
    fitting = [s for s in session.workspace.reports if s.matches(name) and carrier_id in {None, s.carrier_id}]
    return fitting[0] if len(fitting) == 1 else None


def _described(session: Session, name: str) -> ReportSpec:
    for spec in session.workspace.reports:
        if name == f"{spec.carrier_id}/{spec.name}":
            return spec
    known = ", ".join(f"{s.carrier_id}/{s.name}" for s in session.workspace.reports)
    raise NothingMatchesError(
        f"no report is described as {name!r}",
        code="E834-0953",
        remedy=f"described are: {known}" if known else "describe it in carriers/CARRIER/reports/NAME.toml",
    )


def _take(session: Session, file: Path, spec: ReportSpec | None) -> int:
    try:
        content = file.read_bytes()
    except OSError:
        raise NothingMatchesError(f"{file} cannot be read", code="E834-0009", remedy="name the answer's file") from None
    outboxes = [p.carrier.outbox for p in session.workspace.feeds if p.carrier.outbox is not None]
    name, content = unsealed(session, file.name, content, outboxes)
    return take_file(session, name, content, spec or report_named(session, name)).status
