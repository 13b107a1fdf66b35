"""The demonstration: every day of the sample employer, with real keys, a real SFTP server and a carrier that answers.

It makes a workspace as an operator would, runs the same nightly job as ever, plays the carriers' side beside it, and
says what it sees, one line a feed and day. Everything is invented, and everything stays in one folder.
The carriers' behaviour is ``demo_carrier.py``'s and ``demo_desk.py``'s; nothing here is used when real files are sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import asyncssh

from delivery.demo_carrier import DemoCarrier
from delivery.demo_desk import Desk, OpenedFile
from edi834.check.second_opinion import ask_pyx12
from edi834.commands.output import Output
from edi834.commands.run import run_all
from edi834.commands.session import Session, Wiring
from edi834.errors import UnexpectedError
from edi834.feed.acknowledge import take_in
from edi834.feed.ledger_port import Actor, State
from edi834.feed.outcome import FeedOutcome
from edi834.feed.ship import RunOptions
from edi834.workspace import open_workspace
from edi834.x12 import read

__all__ = ["demonstrate"]

_EMPLOYER = "juniper"
_SEALED = ("northstar", "cedar", "granite", "harbor")
_PAPER = "lantern"
_REJECTS_ON = {("northstar-medical", 5)}
"""The carrier rejects this feed's file of this day, so that the next day tells its people again."""


@dataclass
class _Stage:
    """What the demonstration works with."""

    folder: Path
    session: Session
    desks: dict[str, Desk]
    output: Output
    statuses: list[int] = field(default_factory=list)
    files: int = 0


def demonstrate(folder: Path, output: Output, wiring: Wiring) -> int:
    """Run the demonstration.

    Args:
      folder: Where it may make ``workspace/``, ``carriers-side/`` and ``paper/``; made if it is not there.
      output: Where it says what it sees.
      wiring: The program's own wiring.

    Returns:
      0 where every file arrived, was opened by its carrier and accepted by pyx12.
    """
    home = folder / "workspace"
    _copy(resources.files("samples") / "workspace", home)
    with DemoCarrier(folder / "carriers-side") as server:
        desks = {name: _open_desk(name, home, folder, server) for name in _SEALED}
        for name in _SEALED:
            _point_at(home / "carriers" / name, desks[name], server)
        workspace = open_workspace(home)
        wiring.create_state(workspace)
        session = Session(wiring, output, Actor("demo"), str(home))
        stage = _Stage(folder, session, desks, output)
        try:
            for number, day in enumerate(_days(), start=1):
                _one_day(stage, number, day)
            return _ending(stage)
        finally:
            for desk in desks.values():
                desk.close()


def _days() -> list[Traversable]:
    folder = resources.files("samples") / _EMPLOYER
    return sorted((d for d in folder.iterdir() if d.name.startswith("day-")), key=lambda d: d.name)


def _one_day(stage: _Stage, number: int, day: Traversable) -> None:
    out = stage.output
    out.line()
    out.line(f"Day {number}", style="bold")
    out.event("day", day=number)
    outcomes = run_all(stage.session, (), str(day), None, RunOptions(), jobs=1)
    for outcome in outcomes:
        stage.statuses.append(outcome.exit_status)
    for name, desk in stage.desks.items():
        for file in desk.new_files():
            stage.files += 1
            _received(stage, name, desk, file, _outcome_of(outcomes, file.name), number)
    _do_paper(stage, number)


def _outcome_of(outcomes: list[FeedOutcome], remote_name: str) -> FeedOutcome:
    for outcome in outcomes:
        if outcome.remote_name == remote_name:
            return outcome
    raise UnexpectedError(f"{remote_name} arrived and no feed says it sent it", code="E834-0020")


def _received(stage: _Stage, name: str, desk: Desk, file: OpenedFile, outcome: FeedOutcome, number: int) -> None:
    """The carrier's side of one file: opened, read by a stranger, answered."""
    words = f"{len(file.content):,} bytes opened with {file.opened_by}"
    if file.content.startswith(b"ISA"):
        interchange = read(file.content).interchanges[0]
        segments = file.content.count(interchange.delimiters.segment.encode())
        if ask_pyx12(file.content, interchange, segments=segments, seed=file.name).faults:
            raise UnexpectedError(f"pyx12 does not accept {file.name}", code="E834-0021")
        rejected = ["0001"] if (outcome.feed_id, number) in _REJECTS_ON else []
        answer = desk.answer(file.content, rejected, now=stage.session.wiring.clock.now())
        answers, _ = take_in(answer, stage.session.ledger)
        states = ", ".join(a.transmission.state.value for a in answers if a.transmission is not None)
        words += f", accepted by pyx12, 999 back: {states}"
    stage.output.line(f"     {name} has {file.name}: {words}", style="dim")
    stage.output.event("received", carrier=name, file=file.name, opened_by=file.opened_by, size=len(file.content))


def _do_paper(stage: _Stage, number: int) -> None:
    """Somebody prints the worklist, works through it, and notes each item as done."""
    ledger = stage.session.ledger
    for feed in ledger.feeds():
        for transmission in ledger.transmissions(feed):
            if not transmission.per_item or transmission.state is not State.DELIVERED:
                continue
            if all(s.done_at is not None for s in transmission.sets):
                continue
            paper = stage.folder / "paper" / f"{feed}-day-{number:02}"
            paper.parent.mkdir(exist_ok=True)
            content = ledger.sealed_content(transmission.transmission_id)
            ledger.record("printed", transmission.transmission_id, reason="the demonstration")
            stage.session.wiring.print_worklist(
                stage.session.workspace, content, pdf=paper.with_suffix(".pdf"), html=paper.with_suffix(".html")
            )
            for one in transmission.sets:
                ledger.item_done(transmission.transmission_id, one.number, confirmation=f"L-{number:02}{one.number}")
            stage.output.line(
                f"     {_PAPER} has paper/{paper.name}.pdf: {len(transmission.sets)} items, all done", style="dim"
            )


def _ending(stage: _Stage) -> int:
    out = stage.output
    unexpected = sorted({s for s in stage.statuses if s not in {0, 3}})
    out.line()
    out.line(f"{stage.files} sealed files arrived and were opened by their carriers; every 834 was accepted by pyx12.")
    out.line(
        "What was last reported stands of people quarantined (a bad row) or missing (a vanished one): exit 3 that day."
    )
    broken = stage.session.ledger.verify_trail()
    out.line("The audit trail holds." if broken is None else f"The audit trail breaks at line {broken}.")
    status = unexpected[0] if unexpected else 0 if broken is None else 1
    return out.summary(status, files=stage.files)


def _open_desk(name: str, home: Path, folder: Path, server: DemoCarrier) -> Desk:
    """Our login at the carrier's server, and the carrier's desk behind it."""
    ours = asyncssh.generate_private_key("ssh-ed25519")
    keys = home / "carriers" / name / "keys"
    keys.mkdir(parents=True)
    private = keys / "id_ed25519"
    private.touch(mode=0o600)
    private.write_bytes(ours.export_private_key())
    account = server.open_account(name, public_key=ours.export_public_key().decode())
    return Desk(name, folder / "carriers-side" / f"{name}-desk", account / "inbox")


def _point_at(carrier: Path, desk: Desk, server: DemoCarrier) -> None:
    """Write the demonstration's key, pins and port into the carrier's folder, as an onboarding engineer would."""
    primary, subkey = desk.fingerprints
    file = carrier / "carrier.toml"
    text = file.read_text(encoding="utf-8")
    for old, new in (
        ('primary = "@demo"', f'primary = "{primary}"'),
        ('subkey = "@demo"', f'subkey = "{subkey}"'),
        ("port = 0", f"port = {server.port}"),
        ('username = "edi834"', f'username = "{carrier.name}"'),
    ):
        if old not in text:
            raise UnexpectedError(f"the sample carrier {carrier.name} has no {old}", code="E834-0022")
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    (carrier / "keys" / "recipient.asc").write_text(desk.public_key, encoding="utf-8")
    (carrier / "known_hosts").write_text(server.known_hosts, encoding="utf-8")


def _copy(source: Traversable, target: Path) -> None:
    target.mkdir(parents=True)
    for entry in source.iterdir():
        if entry.is_dir():
            _copy(entry, target / entry.name)
        elif not entry.name.endswith((".py", ".pyc")):
            (target / entry.name).write_bytes(entry.read_bytes())
