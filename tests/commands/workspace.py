"""A workspace as an operator has it, made from the samples, and the carriers' side of it, for tests of whole commands.

Everything is wired for real: the program, the ledger, OpenPGP keys, and either a folder that each carrier fetches from
or the throw-away SFTP carrier. The carriers' secret key is made once and kept by the test run alone.
What a test does with it reads as an operator's evening: ``sample.run("run", "--all", "--snapshot", ...)``.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from cli import SystemClock, Wired
from delivery.demo_carrier import Behaviour, DemoCarrier
from delivery.demo_keys import new_carrier_key
from edi834.commands import build_program
from edi834.feed.ledger_port import Actor, Ledger
from edi834.workspace import open_workspace
from tests.samples.reading import WORKSPACE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pgpy

BEHAVES = Behaviour()
ROOT = Path(__file__).resolve().parents[2]
SEALED = ("northstar", "cedar", "granite", "harbor")
FEEDS = {
    "northstar": "northstar-medical",
    "cedar": "cedar-dental",
    "granite": "granite-life",
    "harbor": "harbor-fsa",
    "lantern": "lantern-vision",
}


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did: its exit status, and everything it said."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err

    @property
    def events(self) -> list[dict[str, Any]]:
        """Its JSON lines; every line is one."""
        return [json.loads(line) for line in self.out.splitlines()]

    def event(self, name: str, **facts: object) -> dict[str, Any]:
        """The one event of that name with those facts."""
        (found,) = [e for e in self.events if e["event"] == name and all(e[k] == v for k, v in facts.items())]
        return found


@dataclass(frozen=True)
class CarrierKey:
    """The key of every invented carrier: its public half for us, its secret half for the test."""

    armored: str

    @classmethod
    def make(cls) -> CarrierKey:
        return cls(str(new_carrier_key("EDI Desk")))

    @property
    def secret(self) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pgpy.PGPKey.from_blob(self.armored)[0]

    @property
    def public(self) -> str:
        return str(self.secret.pubkey)

    @property
    def fingerprints(self) -> tuple[str, str]:
        key = self.secret
        subkey = next(iter(key.subkeys.values()))
        return str(key.fingerprint).replace(" ", ""), str(subkey.fingerprint).replace(" ", "")

    def open(self, sealed: bytes) -> bytes:
        """Open a file as the carrier does."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            message = self.secret.decrypt(pgpy.PGPMessage.from_blob(sealed)).message
        return message.encode() if isinstance(message, str) else bytes(message)

    @contextlib.contextmanager
    def gpg(self) -> Iterator[GnuPG]:
        """GnuPG with the secret key, for as long as it is needed."""
        # A socket's path is short, so the home of GnuPG is.
        with tempfile.TemporaryDirectory(prefix="gpg-") as home:
            program = GnuPG(Path(home))
            program.call("--import", content=self.armored.encode())
            try:
                yield program
            finally:
                subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False, capture_output=True)


@dataclass(frozen=True)
class GnuPG:
    """The gpg program with a home of its own."""

    home: Path

    def call(self, *arguments: str, content: bytes) -> bytes:
        command = ["gpg", "--homedir", str(self.home), "--batch", "--quiet", *arguments]
        opened = subprocess.run(command, input=content, capture_output=True)
        assert opened.returncode == 0, f"gpg does not open it: {opened.stderr.decode()}"
        return opened.stdout

    def open(self, sealed: bytes) -> bytes:
        return self.call("--decrypt", content=sealed)


class StandingClock(SystemClock):
    """A clock that says what it was told; moved by hand."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


@dataclass
class Sample:
    """A workspace, and the carriers' side of it.

    Attributes:
      home: The workspace's folder.
      inboxes: Where each carrier finds its files, by carrier.
      key: The key that opens them.
      server: The SFTP carrier, where there is one.
    """

    home: Path
    inboxes: Mapping[str, Path]
    key: CarrierKey
    server: DemoCarrier | None = None
    clock: SystemClock = field(default_factory=SystemClock)

    # --- what an operator types ---------------------------------------------------------------------------------

    def run(self, *arguments: str | Path) -> Ran:
        """The program with these arguments, in this process."""
        return in_process("--home", self.home, *arguments, clock=self.clock)

    def json(self, *arguments: str | Path) -> Ran:
        """The same, in JSON Lines."""
        return self.run("--json", *arguments)

    def typed(self, *arguments: str | Path, env: Mapping[str, str] | None = None) -> Ran:
        """``python cli.py …`` in a process of its own."""
        return typed("--home", self.home, *arguments, env=env)

    def nightly(self, snapshot: Path, *more: str) -> Ran:
        return self.json("run", "--all", "--snapshot", snapshot, *more)

    # --- what the operator writes -------------------------------------------------------------------------------

    def rewrite(self, file: str, old: str, new: str) -> None:
        """Change a configuration file."""
        path = self.home / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} does not hold {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def only(self, *carriers: str) -> Sample:
        """The same workspace with fewer carriers."""
        for name in FEEDS:
            if name not in carriers:
                shutil.rmtree(self.home / "carriers" / name)
        return self

    # --- what stands where --------------------------------------------------------------------------------------

    def arrived(self, carrier: str) -> list[str]:
        """The names in a carrier's inbox, in order."""
        return sorted(p.name for p in self.inboxes[carrier].iterdir() if not p.name.startswith("."))

    def sealed(self, carrier: str) -> list[bytes]:
        return [(self.inboxes[carrier] / name).read_bytes() for name in self.arrived(carrier)]

    def opened(self, carrier: str) -> list[bytes]:
        """The content of every file that arrived, in order."""
        return [self.key.open(sealed) for sealed in self.sealed(carrier)]

    @contextlib.contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The ledger, to be looked at."""
        yield Wired(self.clock).ledger(open_workspace(self.home), Actor("a test"))

    def transmissions(self, carrier: str) -> list[dict[str, Any]]:
        """A feed's files as ``transmissions`` lists them, oldest first."""
        ran = self.json("transmissions", FEEDS[carrier])
        assert ran.status == 0, ran.said
        return [e for e in ran.events if e["event"] == "transmission"][::-1]

    def newest(self, carrier: str) -> dict[str, Any]:
        return self.transmissions(carrier)[-1]


def in_process(*arguments: str | Path, clock: SystemClock | None = None) -> Ran:
    """The program in this process, wired for real."""
    out, err = io.StringIO(), io.StringIO()
    before = os.umask(0o077)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as stop:
            build_program(Wired(clock)).main([str(a) for a in arguments], prog_name="edi834")
    finally:
        os.umask(before)
    assert isinstance(stop.value.code, int)
    return Ran(stop.value.code, out.getvalue(), err.getvalue())


def typed(*arguments: str | Path, env: Mapping[str, str] | None = None) -> Ran:
    """``python cli.py …`` as a person types it."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *(str(a) for a in arguments)],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def make_sample(folder: Path, key: CarrierKey, state: Path | None = None) -> Sample:
    """A workspace whose carriers fetch their files from folders; ``state`` is an empty one to copy: that is quicker."""
    inboxes = {name: folder / "carriers-side" / name for name in SEALED}
    home = _laid_out(folder / "workspace", key)
    for name, inbox in inboxes.items():
        inbox.mkdir(parents=True)
        _with_channel(home / "carriers" / name / "carrier.toml", f'kind = "folder"\nfolder = "{inbox}"\n')
    return _with_state(Sample(home, inboxes, key), state)


def make_sftp_sample(
    folder: Path,
    key: CarrierKey,
    server: DemoCarrier,
    behaviour: Behaviour = BEHAVES,
    state: Path | None = None,
) -> Sample:
    """A workspace whose carriers have an SFTP server."""
    home = _laid_out(folder / "workspace", key)
    inboxes = {}
    for name in SEALED:
        login = f"{name}-{folder.name}"
        ours = asyncssh.generate_private_key("ssh-ed25519")
        private = home / "carriers" / name / "keys" / "id_ed25519"
        private.touch(mode=0o600)
        private.write_bytes(ours.export_private_key())
        account = server.open_account(login, public_key=ours.export_public_key().decode(), behaviour=behaviour)
        inboxes[name] = account / "inbox"
        file = home / "carriers" / name / "carrier.toml"
        text = file.read_text(encoding="utf-8").replace("port = 0", f"port = {server.port}")
        file.write_text(text.replace('username = "edi834"', f'username = "{login}"'), encoding="utf-8")
        (file.parent / "known_hosts").write_text(server.known_hosts, encoding="utf-8")
    return _with_state(Sample(home, inboxes, key, server), state)


def _laid_out(home: Path, key: CarrierKey) -> Path:
    shutil.copytree(WORKSPACE, home)
    primary, subkey = key.fingerprints
    for name in SEALED:
        file = home / "carriers" / name / "carrier.toml"
        text = file.read_text(encoding="utf-8")
        for old, new in (('primary = "@demo"', primary), ('subkey = "@demo"', subkey)):
            text = text.replace(old, old.replace("@demo", new))
        file.write_text(text, encoding="utf-8")
        (file.parent / "keys").mkdir()
        (file.parent / "keys" / "recipient.asc").write_text(key.public, encoding="utf-8")
    settings = home / "edi834.toml"
    # One process: what a test sees is what happened in it.
    text = settings.read_text(encoding="utf-8").replace("[workspace]\n", "[workspace]\njobs = 1\n")
    settings.write_text(text, encoding="utf-8")
    return home


def _with_channel(file: Path, channel: str) -> None:
    text = file.read_text(encoding="utf-8")
    before, _, _ = text.partition("[channel]\n")
    file.write_text(f"{before}[channel]\n{channel}", encoding="utf-8")


def _with_state(sample: Sample, state: Path | None) -> Sample:
    if state is None:
        Wired().create_state(open_workspace(sample.home))
    else:
        shutil.copytree(state, sample.home / "state")
    return sample


def noon(day: int, hour: int = 12) -> datetime:
    """Noon of a day of the story's month."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)
