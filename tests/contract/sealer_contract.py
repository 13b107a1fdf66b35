"""What every sealer does: the port's contract as tests.

A sealer's test gives a ``sealer`` fixture and says how the recipient opens what it made.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import pytest

from edi834.check.checked import CheckedDocument
from edi834.feed.stages import SealedFile
from edi834.mapping.document import Document, FileFacts, FileFormat
from edi834.model import FeedId
from tests.delivery.sealed import NOON, NORTHSTAR


def a_checked_document(content: bytes, remote_name: str = "NS834_000000418.x12.pgp") -> CheckedDocument:
    """A checked document with that content."""
    facts = FileFacts(
        feed_id=FeedId("northstar-medical"),
        control_number=418,
        reference="418",
        created=NOON,
        as_of=date(2026, 11, 22),
        is_test=False,
        remote_name=remote_name,
    )
    return CheckedDocument(Document(facts, FileFormat.X12, content, ()), (), "not an X12 file")


class SealerContract:
    """The suite; subclasses give ``sealer`` and ``opened``."""

    def opened(self, file: SealedFile) -> bytes:
        """What the recipient reads in the file."""
        raise AssertionError("a subclass says how its files are opened")

    @pytest.mark.parametrize("content", [b"", b"ISA*00*", bytes(range(256)), b"\r\n~" * 100_000, "é".encode("latin-1")])
    def test_the_recipient_reads_what_was_written(self, sealer: Any, content: bytes) -> None:
        assert self.opened(sealer.seal(a_checked_document(content))) == content

    def test_the_file_says_for_whom_it_is_and_under_what_name(self, sealer: Any) -> None:
        file = sealer.seal(a_checked_document(b"ISA", "name.pgp"))

        assert (file.carrier_id, file.remote_name) == (NORTHSTAR, "name.pgp")
        assert file.sha256 == hashlib.sha256(file.content).hexdigest()
        assert (file.recipient_key is None) == (file.unsealed_reason is not None)

    def test_content_is_not_in_the_files_repr(self, sealer: Any) -> None:
        assert "900-12-6789" not in repr(sealer.seal(a_checked_document(b"NM1*900-12-6789~")))
