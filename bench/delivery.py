"""Sealing and sending: PGPy, Sequoia and GnuPG on 10 and 200 MB, and our SFTP against ``sftp(1)`` on 200 MB.

Everything is measured in one run on one machine, and printed as ratios: seconds mean little elsewhere. Each case has a
process of its own; the server is an OpenSSH server on loopback, and the people are none.
What must hold is in ``bench/README.md``.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.measured import Measured, measure
from cli import SystemClock
from delivery.admission import AdmittedKey, Pins, admit
from delivery.seal_pgp import PgpSealer
from delivery.sealing import ChosenSealer, SequoiaSealer
from delivery.sftp import ProgramSession, SftpChannel, SftpSettings, Verification, read_known_hosts
from delivery.sftp.line import Line
from delivery.sftp.session import Session
from edi834.check.checked import CheckedDocument, PackedText
from edi834.feed.ports import Clock, Phase
from edi834.ledger import Keyring
from edi834.ledger.blocks import StoredContent
from edi834.ledger.spool import Spool
from edi834.model import CarrierId, FeedId
from tests.contract.sealer_contract import a_checked_document
from tests.delivery.sealed import a_file
from tests.delivery.servers import OpenSsh, openssh

CARRIER = CarrierId("bench")
MB = 1_000_000
SMALL, LARGE, HUGE = 10, 200, 500
TIMES = 2  # the better of so many: other work on the machine only ever slows a case down


def main() -> None:
    """Measure everything, and print it."""
    large = int(sys.argv[1]) if len(sys.argv) > 1 else LARGE
    with tempfile.TemporaryDirectory(prefix="bench-") as name, openssh(_made(Path(name) / "server")) as server:
        folder = Path(name)
        _prepare(folder, server, large)
        print("Sealing, uncompressed, AES-256, to RSA 3072; memory is the peak of our process and of its program\n")
        for size in (SMALL, large):
            _print_sealing(folder, size)
        print(f"Sending {large} MB to OpenSSH on loopback, into memory where the system keeps its files there\n")
        _print_sending(folder, large)
        for size in (large, HUGE):
            print(f"Sealing and sending {size} MB, as a run does it once the file is checked\n")
            both = _best(folder, "both", size)
            ratio = both.peak / (size * MB / 2**20)
            print(f"  {both.own:5.0f} + {both.programs:4.0f} MiB  {ratio:.2f} of the file  {both.seconds:.1f} s\n")


def _print_sealing(folder: Path, size: int) -> None:
    cases = {name: _best(folder, name, size) for name in ("pgpy", "sequoia", "gpg")}
    slowest = cases["pgpy"]
    for name, case in cases.items():
        print(
            f"  {size:4} MB  {name:<8} {case.seconds:6.2f} s  {slowest.seconds / case.seconds:4.1f} x pgpy's pace"
            f"  {case.own:5.0f} + {case.programs:4.0f} MiB  {case.peak / slowest.peak:4.2f} of pgpy's memory"
        )
    print()


def _print_sending(folder: Path, size: int) -> None:
    program = _best(folder, "sftp(1)", size)
    print(f"  {'sftp(1)':<26} {size / program.seconds:6.0f} MB/s  1.00")
    for name in ("sftp none", "openssh none", "sftp readback", "openssh readback"):
        case = _best(folder, name, size)
        print(f"  {f'kind {name}':<26} {size / case.seconds:6.0f} MB/s  {program.seconds / case.seconds:4.2f}")
    print()


def _best(folder: Path, case: str, size: int) -> Measured:
    runs = [measure("bench.delivery", "case", case, str(size), str(folder)) for _ in range(TIMES)]
    return min(runs, key=lambda one: one.seconds)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _prepare(folder: Path, server: OpenSsh, large: int) -> None:
    """A recipient's key, a sealed file on disk for ``sftp(1)``, and how the server is reached."""
    home = _made(folder / "gnupg")
    home.chmod(0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--passphrase", ""]
    subprocess.run([*gpg, "--quick-gen-key", "bench@example.com", "rsa3072", "sign", "never"], check=True)
    listed = subprocess.run([*gpg, "--with-colons", "--list-keys"], check=True, capture_output=True, text=True).stdout
    primary = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))
    subprocess.run([*gpg, "--quick-add-key", primary, "rsa3072", "encr", "never"], check=True)
    listed = subprocess.run([*gpg, "--with-colons", "--list-keys"], check=True, capture_output=True, text=True).stdout
    subkey = [line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr")][-1]
    block = subprocess.run([*gpg, "--export", primary], check=True, capture_output=True).stdout
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=True)
    (folder / "key").write_bytes(block)
    settings = server.settings
    algorithm, key, *_ = (folder / "server" / "host.pub").read_text().split()
    (folder / "known_hosts").write_text(f"[{settings.host}]:{settings.port} {algorithm} {key}\n")
    facts = {"primary": primary, "subkey": subkey, "port": settings.port, "user": settings.username}
    (folder / "facts").write_text(json.dumps(facts))
    with open(folder / "sealed", "wb") as out:
        for _ in range(large):
            out.write(random.Random(large).randbytes(MB))


class Case:
    """What every case has at hand, read in its own process."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.size = size * MB
        self.facts: dict[str, Any] = json.loads((folder / "facts").read_text())
        self.inbox = folder / "server" / "inbox"

    def key(self) -> AdmittedKey:
        """The recipient's key, which GnuPG made a moment ago."""
        pins = Pins(self.facts["primary"], self.facts["subkey"])
        return admit((self.folder / "key").read_bytes(), pins, now=SystemClock().now())

    def content(self) -> bytes:
        """Text as an 834 has it; nothing is compressed, so what it says is all one."""
        return (b"NM1*IL*1*DOE*JANE****34*900123456~\n" * (self.size // 35 + 1))[: self.size]

    def document(self) -> CheckedDocument:
        """The content as it comes to a sealer."""
        return a_checked_document(self.content(), "bench.pgp")

    def packed_document(self) -> CheckedDocument:
        """The content as it waits for its sealing in a run: compressed, and never whole in here."""
        checked = a_checked_document(b"", "bench.pgp")
        return replace(checked, packed=PackedText.of(lines(self.size)))

    def settings(self, verify: Verification) -> SftpSettings:
        """How the server is reached."""
        port = self.facts["port"]
        return SftpSettings(
            host="127.0.0.1",
            port=port,
            username=self.facts["user"],
            host_keys=read_known_hosts((self.folder / "known_hosts").read_text(), host="127.0.0.1", port=port),
            key_file=self.folder / "server" / "ours",
            remote_dir=str(self.inbox),
            verify=verify,
        )

    def channel(self, kind: str, verify: str) -> SftpChannel:
        """A channel of that kind."""
        connect: Callable[[SftpSettings, Clock], Line] = ProgramSession if kind == "openssh" else Session
        return SftpChannel(CARRIER, self.settings(Verification(verify)), SystemClock(), connect=connect)

    def seal_with(self, sealer: type[PgpSealer] | type[SequoiaSealer]) -> float:
        """Seal by one of ours."""
        document, ready = self.document(), sealer(CARRIER, self.key(), SystemClock())
        return timed(lambda: ready.seal(document))

    def seal_with_gpg(self) -> float:
        """Seal by the gpg program, through pipes."""
        content = self.content()
        command = ["gpg", "--homedir", str(self.folder / "gnupg"), "--batch", "--quiet", "--trust-model", "always"]
        command += ["--compress-algo", "none", "--cipher-algo", "AES256"]
        command += ["--recipient", f"{self.facts['subkey']}!", "--encrypt"]
        return timed(lambda: subprocess.run(command, input=content, capture_output=True, check=True))

    def send_with_sftp_program(self) -> float:
        """Send by ``sftp(1)``, from a file on disk."""
        options = ["StrictHostKeyChecking=yes", f"UserKnownHostsFile={self.folder / 'known_hosts'}", "BatchMode=yes"]
        command = ["sftp", "-q", "-F", "none", *(f"-o{option}" for option in options), "-b", "-"]
        command += ["-i", str(self.folder / "server" / "ours"), "-P", str(self.facts["port"])]
        command.append(f"{self.facts['user']}@127.0.0.1")
        batch = f"put {self.folder / 'sealed'} {self.inbox / 'bench.pgp'}\n".encode()
        return timed(lambda: subprocess.run(command, input=batch, capture_output=True, check=True))

    def send(self, kind: str, verify: str) -> float:
        """Send by a channel of ours, connecting included."""
        file, channel = a_file("bench.pgp", size=self.size, carrier_id=CARRIER), self.channel(kind, verify)
        try:
            return timed(lambda: channel.send(file, attempt="1", on_phase=nobody_asks))
        finally:
            channel.close()  # with the openssh channel, a folder of pins goes with it

    def seal_and_send(self) -> float:
        """As a run does it from the check on: packed, sealed into the spool, sent from there, and read back."""
        document, sealer = self.packed_document(), ChosenSealer(CARRIER, self.key(), SystemClock())
        spool, channel = Spool(self.folder / "spool", Keyring(bytes(32))), self.channel("sftp", "readback")

        def keep(blocks: Iterable[bytes]) -> tuple[StoredContent, str]:
            kept = spool.keep(FeedId("bench"), blocks)
            return kept, kept.sha256

        try:
            return timed(lambda: channel.send(sealer.seal(document, keep), attempt="1", on_phase=nobody_asks))
        finally:
            channel.close()


def lines(size: int) -> Iterator[bytes]:
    """Members as an 834 has them, each another than the one before, so that they pack no better than people's do."""
    chance, written = random.Random(size), 0
    while written < size:
        block = "".join(
            f"INS*Y*18*021*28*A***FT~REF*0F*{chance.getrandbits(40):013d}~NM1*IL*1*{chance.getrandbits(64):X}*"
            f"{chance.getrandbits(48):X}****34*9{chance.randrange(10**8):08d}~"
            f"DTP*348*D8*2026{chance.randrange(1, 1231):04d}~\n"
            for _ in range(2_000)
        ).encode()
        yield block[: size - written]
        written += len(block)


def nobody_asks(phase: Phase) -> None:
    """A run writes each phase down; a measurement does not."""


def timed(work: Callable[[], object]) -> float:
    """How many seconds it takes."""
    began = time.monotonic()
    work()
    return time.monotonic() - began


def one_case(name: str, size: int, folder: Path) -> float:
    """Run one case."""
    case = Case(folder, size)
    for left in case.inbox.iterdir():
        left.unlink()
    match name.split():
        case ["pgpy"]:
            return case.seal_with(PgpSealer)
        case ["sequoia"]:
            return case.seal_with(SequoiaSealer)
        case ["gpg"]:
            return case.seal_with_gpg()
        case ["sftp(1)"]:
            return case.send_with_sftp_program()
        case ["both"]:
            return case.seal_and_send()
        case [kind, verify]:
            return case.send(kind, verify)
    raise SystemExit(f"there is no case {name}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["case"]:
        print(json.dumps({"seconds": one_case(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))}))
    else:
        main()
