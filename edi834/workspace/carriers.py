"""Carriers and feeds as the operator writes them: ``carriers/<id>/carrier.toml`` and ``carriers/<id>/feeds/*.toml``.

Every mistake in every file is collected with its place; a carrier's folder holds data and no code.
The mapping that a feed names is compiled by ``edi834/mapping``; keys are admitted in ``delivery``.
"""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from edi834.errors import ConfigurationError
from edi834.feed.profile import (
    Answer,
    Carrier,
    ChannelProfile,
    FeedProfile,
    Guards,
    KeyPins,
    OutboxProfile,
    SigningProfile,
    Stage,
)
from edi834.model import VOCABULARIES, CarrierId, FeedId, Finding, GroupId, Severity
from edi834.workspace.toml_file import TomlTable, read_toml

__all__ = ["IDENTIFIER", "carrier_of", "feed_of", "read_carriers"]

IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
"""What a carrier, feed or group may be called: it becomes part of file names and SQL rows (T10, T11)."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_PLACEHOLDERS = frozenset({"feed", "date", "time", "control_number", "reference", "usage"})
_CHANNELS = ("sftp", "openssh", "folder", "printed")
_SEALERS = ("pgpy", "sequoia")
_WITH_OUTBOX = ("sftp", "openssh", "folder")
_MODES = ("changes", "full_audit", "full_replace")
_SEPARATORS = re.compile(r"[/\\\x00-\x1f]|^\.")


def read_carriers(home: Path) -> tuple[list[FeedProfile], list[Finding]]:
    """Read every carrier and feed of a workspace.

    Returns:
      The feeds that can be read, by id, and everything wrong with any file.
    """
    feeds: list[FeedProfile] = []
    findings: list[Finding] = []
    folder = home / "carriers"
    for file in sorted(folder.glob("*/carrier.toml")) if folder.is_dir() else []:
        carrier = _read(file, home, findings, carrier_of)
        for feed_file in sorted((file.parent / "feeds").glob("*.toml")):
            if isinstance(carrier, Carrier):
                feed = _read(feed_file, home, findings, lambda t, _, c=carrier: feed_of(t, c))
                if isinstance(feed, FeedProfile):
                    feeds.append(feed)
    findings.extend(_shared_names(feeds))
    return sorted(feeds, key=lambda f: f.feed_id), findings


def _read(file: Path, home: Path, findings: list[Finding], build: object) -> object:
    shown = file.relative_to(home).as_posix()
    try:
        table = read_toml(file, shown=shown)
    except ConfigurationError as error:
        findings.append(Finding(error.code, Severity.ERROR, error.message, place=error.place, remedy=error.remedy))
        return None
    built = build(table, file)  # type: ignore[operator]
    found = table.findings()
    findings.extend(found)
    return None if found else built


def carrier_of(table: TomlTable, file: Path) -> Carrier:
    """Read ``carrier.toml``; what is wrong with it is the table's to tell."""
    identifier = _identifier(table, "id")
    if identifier and identifier != file.parent.name:
        table.complain(
            "E834-0131",
            f"id is {identifier!r} but the folder is {file.parent.name!r}",
            "id",
            remedy="give both the same name",
        )
    seal = table.choice("seal", ("pgp", "none"), default="pgp")
    reason = table.text("seal_reason")
    if seal == "none" and not reason:
        table.complain(
            "E834-0132",
            'seal = "none" needs a seal_reason',
            "seal",
            remedy='seal_reason = "…", in words an auditor understands',
        )
    key_table = table.table("key")
    channel = table.raw("channel")
    kind = channel.pop("kind", None)
    if kind not in _CHANNELS:
        table.complain("E834-0126", f"channel.kind is one of {', '.join(_CHANNELS)}", "channel")
    if kind == "printed" and seal != "none":
        table.complain("E834-0132", 'a printed channel needs seal = "none" and a seal_reason', "channel")
    return Carrier(
        carrier_id=CarrierId(identifier),
        name=table.required_text("name"),
        folder=file.parent,
        tax_id=table.text("tax_id"),
        key=_key(key_table, file.parent) if seal == "pgp" else None,
        seal_reason=reason if seal == "none" else None,
        channel=ChannelProfile(str(kind), channel, table.place("channel")),
        place=table.place(),
        outbox=_outbox(table.table("outbox"), str(kind), file.parent),
        signing=_signing(table.table("signing"), file.parent, is_sealed=seal == "pgp"),
    )


def _signing(table: TomlTable, carrier: Path, *, is_sealed: bool) -> SigningProfile | None:
    key_file, env = table.text("key_file"), table.text("passphrase_env")
    command = tuple(table.texts("passphrase_command"))
    if key_file is None:
        if table.names():
            table.complain("E834-0123", "key_file is missing", remedy='add key_file = "keys/ours.asc", our private key')
        return None
    if not is_sealed:
        table.complain("E834-0123", 'files that are not sealed are not signed: [signing] goes with seal = "pgp"')
    if env and command:
        table.complain("E834-0123", "passphrase_env and passphrase_command are two ways to one passphrase: give one")
    return SigningProfile(carrier / key_file, env, command, table.place())


def _outbox(table: TomlTable, kind: str, carrier: Path) -> OutboxProfile | None:
    folder = table.text("folder")
    pattern = table.text("pattern", default="*") or "*"
    after = table.choice("after", ("leave", "remove", "move"), default="leave")
    move_to = table.text("move_to")
    if (after == "move") != (move_to is not None):
        table.complain("E834-0123", 'move_to goes with after = "move", and after = "move" with move_to')
    key_file, env = table.text("key_file"), table.text("passphrase_env")
    command = tuple(table.texts("passphrase_command"))
    if key_file is None and (env or command):
        table.complain("E834-0123", "a passphrase goes with key_file, our private key for sealed answers")
    if folder is None:
        if table.names():
            table.complain("E834-0123", "folder is missing", remedy='add folder = "outbox", where answers are left')
        return None
    if kind not in _WITH_OUTBOX:
        table.complain("E834-0126", f"a {kind} channel has no outbox: take its answers in with edi834 ack")
    return OutboxProfile(
        folder,
        pattern,
        after,
        move_to,
        table.place(),
        key_file=carrier / key_file if key_file is not None else None,
        passphrase_env=env,
        passphrase_command=command,
    )


def _key(table: TomlTable, folder: Path) -> KeyPins:
    return KeyPins(
        file=folder / table.required_text("file"),
        primary=table.required_text("primary").replace(" ", "").upper(),
        subkey=table.required_text("subkey").replace(" ", "").upper(),
        waivers=frozenset(table.texts("waivers")),
        place=table.place(),
        sealer=table.choice("sealer", _SEALERS, default="pgpy") if table.has("sealer") else None,
    )


def feed_of(table: TomlTable, carrier: Carrier) -> FeedProfile:
    """Read a feed's file; what is wrong with it is the table's to tell."""
    benefits = table.texts("benefits", required=True)
    for benefit in benefits:
        if benefit not in VOCABULARIES["benefit"]:
            table.complain("E834-0126", f"there is no benefit {benefit!r}", "benefits")
    groups = tuple(GroupId(g) for g in table.texts("groups", required=True))
    return FeedProfile(
        feed_id=FeedId(_identifier(table, "id")),
        carrier=carrier,
        groups=groups,
        benefits=frozenset(benefits),
        mapping=carrier.folder / table.required_text("mapping"),
        mode=table.choice("mode", _MODES, default="changes"),
        stage=Stage(table.choice("stage", [s.value for s in Stage], default="draft")),
        remote_name=_remote_name(table),
        members_per_transaction=table.integer("members_per_transaction", default=10_000, least=1),
        envelope=table.raw("envelope"),
        envelope_places=table.places("envelope"),
        envelope_full=table.raw("envelope_full"),
        envelope_full_places=table.places("envelope_full"),
        guards=_guards(table.table("guards")),
        answer=_answer(table.table("answer")),
        constants={k: str(v) for k, v in table.raw("constants").items()},
        rules=table.raw("rules"),
        schedule=table.table("calendar").choice("schedule", ("daily",), default="daily"),
        place=table.place(),
    )


def _remote_name(table: TomlTable) -> str:
    name = table.required_text("remote_name")
    for placeholder in _PLACEHOLDER.findall(name):
        if placeholder not in _PLACEHOLDERS:
            table.complain(
                "E834-0133",
                f"remote_name has an unknown placeholder {{{placeholder}}}",
                "remote_name",
                remedy=f"the placeholders are {', '.join(sorted(_PLACEHOLDERS))}",
            )
    if name and not {"control_number", "reference"} & set(_PLACEHOLDER.findall(name)):
        table.complain(
            "E834-0133",
            "remote_name would be the same every night",
            "remote_name",
            remedy="add {control_number} or {reference}",
        )
    if _SEPARATORS.search(name):
        table.complain(
            "E834-0133",
            "remote_name may not hold a path or begin with a dot",
            "remote_name",
            remedy="name the folder in carrier.toml's channel.remote_dir",
        )
    return name


def _guards(table: TomlTable) -> Guards:
    return Guards(**{f.name: table.integer(f.name, default=int(f.default)) for f in fields(Guards)})  # type: ignore[arg-type]


def _answer(table: TomlTable) -> Answer:
    return Answer(
        kind=table.choice("kind", ("999", "TA1", "none"), default="none"),
        due_hours=table.integer("due_hours", default=48, least=1),
        overdue=table.choice("overdue", ("warn", "hold"), default="warn"),
    )


def _identifier(table: TomlTable, key: str) -> str:
    value = table.required_text(key)
    if not IDENTIFIER.fullmatch(value) and (value or table.has(key)):
        table.complain("E834-0131", f"{key} must be lower-case letters, digits, - and _, at most 32", key)
        return ""
    return value


def _shared_names(feeds: list[FeedProfile]) -> list[Finding]:
    """Two feeds of one name, or of one remote name at one place: files would be taken for each other (B105)."""
    findings = []
    seen: dict[tuple[str, str], FeedProfile] = {}
    for feed in feeds:
        channel = feed.carrier.channel
        address = f"{channel.kind}:{channel.options.get('host')}:{channel.options.get('remote_dir')}"
        for key in (("id", feed.feed_id), (address, feed.remote_name.replace("{feed}", feed.feed_id))):
            if key in seen:
                what = "are both called" if key[0] == "id" else "write to the same place under the same name,"
                text = f"{seen[key].feed_id} ({seen[key].place}) and {feed.feed_id} {what} {key[1]}"
                findings.append(Finding("E834-0135", Severity.ERROR, text, place=feed.place))
            seen[key] = feed
    return findings
