"""``draft``: a first mapping, made from a carrier's sample file, saying of every line how sure it is."""

from __future__ import annotations

from datetime import datetime
from importlib import resources
from pathlib import Path

import click

from edi834.commands.judged_files import files_to_judge
from edi834.commands.session import Session
from edi834.commands.verb import verb
from edi834.draft import (
    Asked,
    Draft,
    Known,
    draft_mapping,
    known_people,
    measured,
    read_companion,
    read_sample,
)
from edi834.errors import ConfigurationError, NothingMatchesError, UsageError
from edi834.mapping import Layer, read_spec
from edi834.model import CarrierId
from edi834.x12 import Interchange, read

__all__ = ["draft"]

_BASE = "x12_834_5010"


@verb(
    "draft",
    statuses=(0, 4, 5, 10),
    example="edi834 draft --from sample.834 --snapshot snapshots/2026-11-22 --carrier example --out draft.toml",
)
@click.option(
    "--from", "samples", multiple=True, required=True, type=click.Path(path_type=Path), metavar="SAMPLE",
    help="The carrier's sample, an 834; several may be named, and with --measure folders of them.",
)  # fmt: skip
@click.option("--snapshot", "location", metavar="S", help="A snapshot that holds the sample's people.")
@click.option("--carrier", metavar="ID", help="The carrier, as the snapshot's coverages name it; goes with --snapshot.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The snapshot's date (default: its manifest's).")
@click.option("--guide", type=click.Path(path_type=Path), metavar="CSV",
              help="Its companion guide as a table: address, usage, codes, note.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="F", help="Write the draft there; never over a file.")
@click.option("--measure", is_flag=True, help="Give only the figure: how much of each sample the draft says the same.")
@click.pass_obj
def draft(
    session: Session,
    samples: tuple[Path, ...],
    location: str | None,
    carrier: str | None,
    as_of: datetime | None,
    guide: Path | None,
    out: Path | None,
    measure: bool,
) -> int:
    """Draft a mapping from a carrier's sample: delimiters, ids, references, dates, codes, and which field stands where.

    Each line says how sure it is; what nothing known gives is a comment for you. With a snapshot of the sample's
    people, fields are found by what it holds of them; nothing about a person is written into the draft. With the
    companion guide as a table, each line says what the guide says of it, and where guide and sample disagree. Then the
    draft reports the same people, and how much of the sample it says the same is printed.
    """
    if (location is None) != (carrier is None):
        remedy = "name the carrier as the snapshot's coverages do: --snapshot S --carrier ID"
        raise UsageError("--snapshot and --carrier go together", code="E834-0046", remedy=remedy)
    if out is not None and (measure or len(samples) > 1):
        raise UsageError("--out takes the draft of one sample", code="E834-0046", remedy="draft one sample at a time")
    known = _known(session, location, carrier, as_of) if location and carrier else None
    rows = _companion(session, guide) if guide else ()
    if rows is None:
        return session.output.summary(4, samples=0)
    shares: dict[str, float] = {}
    for sample in files_to_judge(samples) if measure else samples:
        made = _drafted(sample, known, rows)
        if not measure:
            _give(session, made, out)
        shares[str(sample)] = _measure(session, sample, made)
    if len(shares) > 1:
        lowest = min(shares, key=lambda name: shares[name])
        session.output.line(f"{len(shares)} samples; the lowest figure is {shares[lowest]:.1%} ({lowest})")
    return session.output.summary(0, samples=len(shares), lowest=round(min(shares.values(), default=1.0), 4))


def _known(session: Session, location: str, carrier: str, as_of: datetime | None) -> Known:
    snapshot = session.wiring.snapshot(session.workspace, location, as_of and as_of.date())
    known = known_people(snapshot, CarrierId(carrier))
    if not known.people:
        raise NothingMatchesError(f"nobody in the snapshot is covered by {carrier}", code="E834-0044")
    return known


def _companion(session: Session, file: Path) -> tuple[Asked, ...] | None:
    """The rows of a companion guide; None where the table is wrong, after saying how."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise NothingMatchesError(f"{file} cannot be read: {error.strerror}", code="E834-0042") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file} is no CSV in UTF-8", code="E834-0048") from None
    rows, findings = read_companion(file.name, text)
    session.output.findings(findings)
    return None if findings else rows


def _drafted(sample: Path, known: Known | None, guide: tuple[Asked, ...]) -> Draft:
    text = (resources.files("mappings") / f"{_BASE}.toml").read_text(encoding="utf-8")
    base = Layer(f"mappings/{_BASE}.toml", text)
    spec, _ = read_spec([base])
    assert spec is not None, "the shipped mapping can be read"
    return draft_mapping(read_sample(_interchange(sample), spec.inline, known), base, sample.name, known, guide)


def _interchange(sample: Path) -> Interchange:
    try:
        content = sample.read_bytes()
    except OSError as error:
        raise NothingMatchesError(f"{sample} cannot be read: {error.strerror}", code="E834-0042") from None
    for one in read(content).interchanges:
        if any(reported.members() for reported in one.transaction_sets()):
            return one
    raise UsageError(f"{sample} is not an 834 that speaks of anybody", code="E834-0043")


def _give(session: Session, made: Draft, out: Path | None) -> None:
    session.output.event("draft", text=made.text)
    if out is None:
        session.output.line(made.text)
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(made.text)
    except FileExistsError:
        raise UsageError(f"{out} is there already", code="E834-0047", remedy="name another file") from None
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}", code="E834-0045") from None
    session.output.line(f"wrote {out}")


def _measure(session: Session, sample: Path, made: Draft) -> float:
    """Print how much of a sample its draft says the same; gives the share."""
    comparison, findings = measured(made)
    open_lines = sum(line.source is None for line in made.lines)
    if comparison is None:
        session.output.findings(findings)
        session.output.line(f"{sample}: the draft cannot report these people yet")
        session.output.event("measured", sample=str(sample), same=0, elements=0, open=open_lines)
        return 0.0
    share = comparison.same / comparison.total if comparison.total else 1.0
    figures = f"{comparison.same:,} of {comparison.total:,} elements the same ({share:.1%})"
    session.output.line(f"{sample}: {figures}, {len(made.lines)} lines, {open_lines} for you to say")
    session.output.event(
        "measured", sample=str(sample), same=comparison.same, elements=comparison.total, open=open_lines
    )
    return share
