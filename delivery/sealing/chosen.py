"""Which program seals a file: the one that is named, or the one that suits its key and its size.

PGPy takes some six times a file's size in memory, and cannot seal to the newest kinds of key; Sequoia can, in little
memory, and writes RFC 9580's form where the key's owner says to read it.
A program that was named and cannot seal to the key is an error of the configuration; nothing is chosen in its stead.
"""

from __future__ import annotations

from collections.abc import Mapping

from delivery.admission import AdmittedKey, SealerName
from delivery.seal_pgp import PgpSealer
from delivery.sealing.sequoia import SequoiaSealer
from delivery.signing import SigningKey
from edi834.check.checked import CheckedDocument
from edi834.errors import ConfigurationError, Place
from edi834.feed.ports import Clock, Sealer
from edi834.feed.stages import Keep, SealedFile, in_memory
from edi834.model import CarrierId

__all__ = ["LARGE", "SEALERS", "ChosenSealer"]

LARGE = 16 << 20  # bytes; a sixth of the 100 MiB that PGPy then takes

SEALERS: Mapping[SealerName, type[PgpSealer] | type[SequoiaSealer]] = {
    SealerName.PGPY: PgpSealer,
    SealerName.SEQUOIA: SequoiaSealer,
}


class ChosenSealer:
    """A sealer for one recipient's key, by whichever program suits."""

    def __init__(
        self,
        carrier_id: CarrierId,
        key: AdmittedKey,
        clock: Clock,
        *,
        signer: SigningKey | None = None,
        named: str | None = None,
        place: Place | None = None,
        large: int = LARGE,
    ) -> None:
        """Take the key as it was admitted.

        Args:
          carrier_id: For whom is sealed.
          key: The recipient's key.
          clock: Tells whether it has run out since.
          signer: Our key, where files are signed before they are sealed.
          named: The words of ``sealer`` in ``carrier.toml``; None for whichever suits.
          place: Where they stand.
          large: From how many bytes on a file is large.

        Raises:
          ConfigurationError: the named program does not exist, or cannot seal to this key.
        """
        fit = key.sealers & signer.sealers if signer is not None else key.sealers
        self._named = _named(named, key, fit, place) if named is not None else None
        self._sealers: dict[SealerName, Sealer] = {
            name: SEALERS[name](carrier_id, key, clock, signer=signer) for name in sorted(fit)
        }
        self._large = large

    def sealer_of(self, size: int) -> SealerName:
        """The program that seals a file of so many bytes."""
        if self._named is not None:
            return self._named
        if len(self._sealers) == 1:
            return next(iter(self._sealers))
        return SealerName.SEQUOIA if size >= self._large else SealerName.PGPY

    def seal(self, document: CheckedDocument, keep: Keep = in_memory) -> SealedFile:
        """Seal the document's content to the admitted subkey.

        Raises:
          KeyRefusedError: a key has run out since it was admitted, cannot be sealed to, or does not sign.
          HeldError: what was written is not sealed to that subkey alone.
        """
        return self._sealers[self.sealer_of(document.size)].seal(document, keep)


def _named(name: str, key: AdmittedKey, fit: frozenset[SealerName], place: Place | None) -> SealerName:
    for sealer in SealerName:
        if sealer.value == name and sealer in fit:
            return sealer
    choice = ", ".join(f'"{sealer.value}"' for sealer in sorted(fit))
    what = "seal to" if name not in {sealer.value for sealer in key.sealers} else "sign for"
    raise ConfigurationError(
        f"sealer = {name!r} cannot {what} the key {key.subkey[-16:]}",
        code="E834-0825",
        place=place,
        remedy=f"for this key it is one of {choice}; without `sealer` the one that suits is taken",
    )
