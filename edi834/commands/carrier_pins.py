"""Pins written into a carrier's files: ``[key]`` in ``carrier.toml``, and lines of its ``known_hosts``.

Only the lines that are meant are changed, so that comments and order stay the operator's; what was written is read back
before it replaces the file, whole, at once. No key file is ever written over: an older key stays beside the new one.
Whether a key is fit, and that its fingerprints were compared, is settled before anything here is called.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edi834.errors import ConfigurationError, NothingMatchesError, Place

__all__ = ["CarrierPins"]

_TABLE = re.compile(r"^\s*\[")
_KEY_TABLE = re.compile(r"^\s*\[\s*key\s*\]\s*(#.*)?$")
_LARGEST = 1 << 20  # a carrier.toml or known_hosts that is larger is not one


class CarrierPins:
    """One carrier's files, as far as they name keys."""

    def __init__(self, home: Path, name: str) -> None:
        """Read the carrier's ``carrier.toml``; the rest of it may be unfinished.

        Raises:
          NothingMatchesError: there is no such carrier.
          ConfigurationError: the file cannot be read as TOML.
        """
        self.folder = home / "carriers" / name
        self._file = self.folder / "carrier.toml"
        # A name out of the workspace's own folders: nothing that was typed becomes a path.
        known = {file.parent.name for file in (home / "carriers").glob("*/carrier.toml")}
        if name not in known:
            raise NothingMatchesError(
                f"there is no carrier {name!r}",
                code="E834-0827",
                remedy=f"the carriers are {', '.join(sorted(known))}" if known else "make carriers/NAME/carrier.toml",
            )
        self._shown = f"carriers/{name}/carrier.toml"
        self._text = self._read(self._file, self._shown)
        self._content = self._parsed(self._text)

    @property
    def waivers(self) -> frozenset[str]:
        """The rules of admission that this carrier's key may break."""
        return frozenset(word for word in self._table("key").get("waivers", ()) if isinstance(word, str))

    @property
    def pinned(self) -> tuple[str, str]:
        """The fingerprints that are pinned now, primary and subkey; empty where there is none."""
        table = self._table("key")
        return str(table.get("primary", "")), str(table.get("subkey", ""))

    def address(self) -> tuple[str, int, Path, str]:
        """The carrier's server: host, port, its file of pinned host keys, and how that is shown.

        Raises:
          ConfigurationError: its channel has none.
        """
        channel = self._table("channel")
        host, port, hosts = channel.get("host"), channel.get("port", 22), channel.get("host_keys")
        if not (isinstance(host, str) and isinstance(port, int) and isinstance(hosts, str)):
            raise ConfigurationError(
                "[channel] names no host, port and host_keys",
                code="E834-0828",
                place=Place(self._shown),
                remedy='host = "sftp.example.com" and host_keys = "known_hosts" in carrier.toml under [channel]',
            )
        return host, port, self.folder / hosts, f"{self._shown.rpartition('/')[0]}/{hosts}"

    def hosts_text(self) -> str:
        """The pinned host keys as they stand; empty where there is no file yet."""
        _, _, path, shown = self.address()
        return self._read(path, shown) if path.exists() else ""

    def pin_host(self, line: str) -> None:
        """Add a line to the pinned host keys."""
        _, _, path, _ = self.address()
        before = self.hosts_text()
        _written(path, (before if before.endswith("\n") or not before else f"{before}\n") + f"{line}\n")

    def pin_key(self, content: bytes, primary: str, subkey: str) -> Path:
        """Keep a key, and pin it; gives the key's file."""
        kept = self.folder / "keys" / f"{primary[-16:]}.asc"
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        pins = {"file": f"keys/{kept.name}", "primary": primary, "subkey": subkey}
        text = _with_key(self._text, pins)
        read_back = self._parsed(text)
        if {**self._content, "key": {**self._table("key"), **pins}} != read_back:
            raise ConfigurationError(
                "[key] is written in a way that cannot be changed line by line",
                code="E834-0829",
                place=Place(self._shown),
                remedy="write it as a table of its own: [key], then file, primary and subkey, each on one line",
            )
        _written(kept, content)  # first: a pin without its key would hold every feed of the carrier
        _written(self._file, text)
        return kept

    def _table(self, name: str) -> Mapping[str, Any]:
        table = self._content.get(name)
        return table if isinstance(table, dict) else {}

    def _parsed(self, text: str) -> dict[str, Any]:
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigurationError(
                "carrier.toml cannot be read as TOML", code="E834-0828", place=Place(self._shown)
            ) from error

    @staticmethod
    def _read(path: Path, shown: str) -> str:
        try:
            if path.stat().st_size > _LARGEST:
                raise OSError
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{shown} cannot be read", code="E834-0828", place=Place(shown)) from error


def _with_key(text: str, pins: Mapping[str, str]) -> str:
    """The text with those values in its ``[key]`` table, which is added where there is none."""
    lines = text.splitlines()
    begins = next((at for at, line in enumerate(lines) if _KEY_TABLE.match(line)), None)
    if begins is None:
        lines += ["", "[key]"]
        begins = len(lines) - 1
    ends = next((at for at in range(begins + 1, len(lines)) if _TABLE.match(lines[at])), len(lines))
    inside = lines[begins + 1 : ends]
    for name, value in reversed(list(pins.items())):
        said = f'{name} = "{value}"'
        at = next((at for at, line in enumerate(inside) if re.match(rf"\s*{name}\s*=", line)), None)
        if at is None:
            inside.insert(0, said)
        else:
            inside[at] = said
    return "\n".join([*lines[: begins + 1], *inside, *lines[ends:]]) + "\n"


def _written(path: Path, content: str | bytes) -> None:
    """Replace a file at once: whoever reads it sees the old one or the new one."""
    octets = content.encode("utf-8") if isinstance(content, str) else content
    beside = path.with_name(f".{path.name}.new")
    with open(beside, "wb") as out:
        out.write(octets)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)
