"""``keys``: recipients' keys with their pins and expiry, the keys we log in with, the at-rest key, carriers' host keys.

A fingerprint is pinned only when somebody says ``--yes``, after comparing it by another way than the key came; until
then a command shows what is on offer and writes nothing. What is pinned goes into the audit trail.
Whether a key is fit is the gate's, behind ``key_cabinet.py``; how pins are written is ``carrier_pins.py``'s.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from edi834.commands.carrier_pins import CarrierPins
from edi834.commands.key_cabinet import HostPin, RecipientKey
from edi834.commands.session import Session
from edi834.commands.verb import verb
from edi834.errors import Edi834Error, UsageError
from edi834.feed.profile import Carrier
from edi834.model import Finding, Severity

__all__ = ["keys"]

_LARGEST_KEY = 1 << 20


@click.group(
    "keys",
    epilog="\b\nEXAMPLE\n  edi834 keys list\n\n\b\nEXIT STATUS\n  0 done   2 usage   6 a key is refused   10 none",
)
def keys() -> None:
    """Recipients' keys, our own, the at-rest key, and carriers' host keys."""


@verb("list", statuses=(0, 4, 6, 10), example="edi834 keys list --carrier northstar")
@click.option("--carrier", "name", metavar="NAME", help="This carrier alone.")
@click.pass_obj
def list_(session: Session, name: str | None) -> int:
    """List each carrier's key, host keys, what we log in with, and the at-rest key; ends with 6 if one is refused."""
    carriers = {profile.carrier.carrier_id: profile.carrier for profile in session.workspace.feeds}
    if name is not None:
        CarrierPins(session.workspace.settings.home, name)  # refused where there is no such carrier
        carriers = {known: carrier for known, carrier in carriers.items() if known == name}
    findings: list[Finding] = [] if carriers else list(session.workspace.findings)
    for _, carrier in sorted(carriers.items()):
        session.output.line(f"{carrier.carrier_id}  {carrier.name}", style="bold")
        findings += [*_show_recipients(session, carrier), *_show_hosts(session, carrier)]
        findings += _show_signature(session, carrier)
        _show_ours(session, carrier)
    if name is None:
        session.output.line("this workspace", style="bold")
        _show_at_rest(session)
    session.output.findings(findings)
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    return session.output.summary(6 if errors else 0, carriers=len(carriers), errors=errors)


@verb("add", statuses=(0, 4, 6, 10), example="edi834 keys add northstar.asc --carrier northstar")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--carrier", "name", required=True, metavar="NAME", help="Whose key it is.")
@click.option("--subkey", metavar="FINGERPRINT", help="Which subkey to seal to, where there are several.")
@click.option("--yes", is_flag=True, help="The fingerprints were compared with the recipient: pin them.")
@click.pass_obj
def add(session: Session, file: Path, name: str, subkey: str | None, yes: bool) -> int:
    """Show the fingerprints that a recipient's key offers; with --yes, pin them and keep the key."""
    pins = CarrierPins(session.workspace.settings.home, name)
    content = _content_of(file)
    primary, subkeys = session.wiring.key_cabinet().offered(content)
    chosen = _chosen(primary, subkeys, subkey)
    for role, fingerprint in (("primary", primary), *(("subkey", one) for one in subkeys)):
        session.output.line(f"  {role:<8} {_spaced(fingerprint)}{'  <- sealed to' if fingerprint == chosen else ''}")
    session.output.event("offered", carrier=name, primary=primary, subkeys=subkeys, subkey=chosen, pinned=pins.pinned)
    if chosen is None:
        raise UsageError(
            f"the key offers {len(subkeys)} subkeys",
            code="E834-0886",
            remedy="ask the recipient which one is theirs for encryption, and name it with --subkey",
        )
    key = session.wiring.key_cabinet().admitted(content, primary, chosen, pins.waivers)
    session.output.line(f"  {_expiry(key.expires)}; sealed by {' or '.join(key.sealers)}")
    session.output.findings(key.findings)
    if not yes:
        session.output.line("nothing was written: have the recipient read both fingerprints out, compare them, then")
        session.output.line(f"  edi834 keys add {file} --carrier {name} --subkey {chosen} --yes")
        return session.output.summary(0, carrier=name, pinned=False)
    ledger = session.ledger  # opened before anything is written: what is pinned is written down
    kept = pins.pin_key(content, primary, chosen)
    ledger.record("key pinned", name, primary=primary, subkey=chosen, before=" ".join(pins.pinned).strip())
    session.output.line(f"pinned, and kept as {kept.relative_to(pins.folder.parent.parent)}")
    return session.output.summary(0, carrier=name, pinned=True, primary=primary, subkey=chosen)


@verb(
    "hosts",
    statuses=(0, 4, 10),
    example='edi834 keys hosts --carrier northstar add "sftp.example.com ssh-ed25519 AAAA…" --from 2026-12-01',
)
@click.argument("action", type=click.Choice(["add"]), required=False, metavar="[add")
@click.argument("line", required=False, metavar="LINE]")
@click.option("--carrier", "name", required=True, metavar="NAME", help="Whose server it is.")
@click.option("--from", "begins", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The first day it holds.")
@click.option("--until", "ends", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The last day it holds.")
@click.option("--yes", is_flag=True, help="The fingerprint was compared with the carrier: pin it.")
@click.pass_obj
def hosts(
    session: Session,
    action: str | None,
    line: str | None,
    name: str,
    begins: datetime | None,
    ends: datetime | None,
    yes: bool,
) -> int:
    """List a carrier's pinned host keys, or pin one more: a known_hosts line, for the days between two dates."""
    pins = CarrierPins(session.workspace.settings.home, name)
    host, port, _, shown = pins.address()
    cabinet = session.wiring.key_cabinet()
    if action is None:
        for pin in cabinet.host_pins(pins.hosts_text(), host=host, port=port, shown=shown):
            _show_pin(session, name, pin)
        return session.output.summary(0, carrier=name)
    if not line or len(line.splitlines()) != 1:
        raise UsageError("which host key?", code="E834-0887", remedy="add takes one line, as ssh-keyscan writes it")
    dated = " ".join([*line.split()[:3], *_days(begins, ends)])
    (pin,) = cabinet.host_pins(dated, host=host, port=port, shown="the line that was given")
    _show_pin(session, name, pin)
    if not yes:
        session.output.line("nothing was written: compare the fingerprint with the carrier, then type it with --yes")
        return session.output.summary(0, carrier=name, pinned=False)
    ledger = session.ledger
    pins.pin_host(dated)
    ledger.record("host key pinned", name, algorithm=pin.algorithm, fingerprint=pin.fingerprint, days=_span(pin))
    session.output.line(f"pinned in {shown}")
    return session.output.summary(0, carrier=name, pinned=True, fingerprint=pin.fingerprint)


@verb("rotate", statuses=(0, 4, 6, 8, 9), example='edi834 keys rotate --reason "the yearly change"')
@click.option("--reason", required=True, metavar="TEXT", help="Why, for the trail.")
@click.pass_obj
def rotate(session: Session, reason: str) -> int:
    """Seal everything the ledger keeps anew, under a new at-rest key; nothing is sent, and nothing is reported.

    Every feed is taken for as long as it lasts. Cut short, it goes on where it stopped when it is run again; the old
    key opens nothing any more once it is done. An old copy of the keyring is of use for backups from its time alone.
    """
    settings = session.workspace.settings
    counts = session.ledger.rotate_sealing_key(settings.root_key, reason=reason)
    at_rest = session.wiring.at_rest_key(session.workspace)
    session.output.line(f"sealed anew: {counts['records']} records, {counts['files']} files")
    session.output.line(f"  at rest  {_kept(session)}  {at_rest.name}")
    return session.output.summary(0, at_rest=at_rest.name, **counts)


def _show_at_rest(session: Session) -> None:
    """The key that the ledger is sealed with, by what tells it from another; it has no other public side."""
    try:
        at_rest = session.wiring.at_rest_key(session.workspace)
    except Edi834Error as error:
        session.output.line(f"  at rest  {_kept(session)}  {error.message}")
        return
    unfinished = "  a rotation is unfinished:  edi834 keys rotate" if at_rest.retiring is not None else ""
    session.output.line(f"  at rest  {_kept(session)}  {at_rest.name}{unfinished}")
    session.output.event("at_rest_key", name=at_rest.name, retiring=at_rest.retiring)


def _kept(session: Session) -> str:
    settings = session.workspace.settings
    kept = settings.root_key
    return str(kept.relative_to(settings.home) if kept.is_relative_to(settings.home) else kept)


for _command in (list_, add, rotate, hosts):
    keys.add_command(_command)


def _content_of(file: Path) -> bytes:
    try:
        with open(file, "rb") as key:
            return key.read(_LARGEST_KEY)
    except OSError as error:
        raise UsageError(f"{file} cannot be read", code="E834-0887", remedy="name the key's file") from error


def _chosen(primary: str, subkeys: tuple[str, ...], named: str | None) -> str | None:
    """The fingerprint to seal to: the one that is named, or the only one there is; None where a person must say."""
    if named is not None:
        return named.replace(" ", "").upper()
    if not subkeys:
        return primary
    return subkeys[0] if len(subkeys) == 1 else None


def _days(begins: datetime | None, ends: datetime | None) -> list[str]:
    return [f"{edge}={day:%Y-%m-%d}" for edge, day in (("from", begins), ("until", ends)) if day is not None]


def _show_recipients(session: Session, carrier: Carrier) -> list[Finding]:
    pinned = carrier.key
    if pinned is None:
        session.output.line(f"  not sealed: {carrier.seal_reason}")
        return []
    try:
        key: RecipientKey = session.wiring.key_cabinet().admitted(
            pinned.file.read_bytes(), pinned.primary, pinned.subkey, pinned.waivers
        )
    except OSError:
        return [Finding("E834-0819", Severity.ERROR, f"{pinned.file.name} cannot be read", place=pinned.place)]
    except Edi834Error as error:
        session.output.line(f"  refused  {_spaced(pinned.primary)}")
        return [_as_finding(error, carrier)]
    session.output.line(f"  primary  {_spaced(key.primary)}")
    session.output.line(f"  subkey   {_spaced(key.subkey)}  {_expiry(key.expires)}")
    session.output.event(
        "key", carrier=carrier.carrier_id, primary=key.primary, subkey=key.subkey, sealers=key.sealers,
        expires=key.expires.isoformat() if key.expires else None,
    )  # fmt: skip
    return list(key.findings)


def _show_hosts(session: Session, carrier: Carrier) -> list[Finding]:
    if "host_keys" not in carrier.channel.options:
        return []
    try:
        pins = CarrierPins(session.workspace.settings.home, carrier.carrier_id)
        host, port, _, shown = pins.address()
        for pin in session.wiring.key_cabinet().host_pins(pins.hosts_text(), host=host, port=port, shown=shown):
            _show_pin(session, carrier.carrier_id, pin)
    except Edi834Error as error:
        return [_as_finding(error, carrier)]
    return []


def _show_ours(session: Session, carrier: Carrier) -> None:
    ours = session.wiring.key_cabinet().our_key(carrier)
    if ours is None:
        return
    known = f"{ours.algorithm} {ours.fingerprint}" if ours.fingerprint else "not there, or only its passphrase tells"
    session.output.line(f"  ours     {ours.path.name}  {known}")
    session.output.event(
        "our_key", carrier=carrier.carrier_id, file=ours.path.name, algorithm=ours.algorithm,
        fingerprint=ours.fingerprint,
    )  # fmt: skip


def _show_signature(session: Session, carrier: Carrier) -> list[Finding]:
    try:
        ours = session.wiring.key_cabinet().our_signature(carrier)
    except Edi834Error as error:
        return [_as_finding(error, carrier)]
    if ours is None:
        return []
    session.output.line(f"  signed   {_spaced(ours.fingerprint)}  {_expiry(ours.expires)}")
    session.output.event(
        "our_signature", carrier=carrier.carrier_id, primary=ours.primary, fingerprint=ours.fingerprint,
        expires=ours.expires.isoformat() if ours.expires else None,
    )  # fmt: skip
    return list(ours.findings)


def _show_pin(session: Session, name: str, pin: HostPin) -> None:
    session.output.line(
        f"  host     {pin.algorithm} {pin.fingerprint}  {_span(pin)}{'' if pin.holds else '  not today'}"
    )
    session.output.event(
        "host_key", carrier=name, algorithm=pin.algorithm, fingerprint=pin.fingerprint, holds=pin.holds,
        valid_from=_iso(pin.valid_from), valid_until=_iso(pin.valid_until),
    )  # fmt: skip


def _span(pin: HostPin) -> str:
    if pin.valid_from is None and pin.valid_until is None:
        return "always"
    return f"{_iso(pin.valid_from) or '…'} to {_iso(pin.valid_until) or '…'}"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _expiry(expires: datetime | None) -> str:
    return f"runs out on {expires:%Y-%m-%d}" if expires else "never runs out"


def _spaced(fingerprint: str) -> str:
    """A fingerprint as it is read out: in groups of four."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def _as_finding(error: Edi834Error, carrier: Carrier) -> Finding:
    place = error.place or (carrier.key.place if carrier.key else carrier.place)
    return Finding(error.code, Severity.ERROR, error.message, place=place, remedy=error.remedy)
