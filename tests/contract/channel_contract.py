"""What every channel does, whoever is behind it: the port's contract as tests.

A driver's test gives a ``far_side`` fixture, and inherits the rest; wrappers run the same suite over what they wrap.
What is particular to one driver is tested beside its other tests.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edi834 import faults
from edi834.errors import DeliveryError, Edi834Error, HeldError, InDoubtError
from edi834.feed.ports import Channel, Phase
from tests.delivery.sealed import NOON, a_file, an_unsealed_file


class FarSide:
    """The recipient's side, as a test sees it: a folder, and channels to it."""

    def __init__(self, inbox: Path, make_channel: Callable[[], Channel]) -> None:
        self.inbox = inbox
        self._make_channel = make_channel

    def channel(self) -> Channel:
        """A channel that has not been used yet."""
        return self._make_channel()

    def names(self) -> list[str]:
        """Every name in the inbox, temporary ones too."""
        return sorted(path.name for path in self.inbox.iterdir())


class ChannelContract:
    """The suite; subclasses give ``far_side``."""

    WITHDRAWING_PROVES = True
    """Whether a file leaves its temporary name behind when it gets its own."""

    @pytest.fixture
    def channel(self, far_side: FarSide) -> Any:
        channel = far_side.channel()
        yield channel
        channel.close()

    @pytest.mark.parametrize("size", [0, 1, 32767, 32768, 300_000])
    def test_a_file_arrives_whole_under_its_own_name(self, far_side, channel, size) -> None:
        file = a_file(size=size)

        receipt = channel.send(file, attempt="1-1", on_phase=lambda phase: None)

        assert (far_side.inbox / file.remote_name).read_bytes() == file.content
        assert far_side.names() == [file.remote_name]
        assert (receipt.remote_name, receipt.size, receipt.sha256) == (file.remote_name, len(file.content), file.sha256)
        assert (receipt.proof, receipt.at) == ("renamed", NOON)

    def test_each_phase_is_reported_before_its_step(self, far_side, channel) -> None:
        seen: list[tuple[Phase, list[str]]] = []

        channel.send(a_file(), attempt="1-1", on_phase=lambda phase: seen.append((phase, far_side.names())))

        assert [phase for phase, _ in seen] == [Phase.CONNECTING, Phase.WRITING, Phase.RENAME_SENT]
        assert all(a_file().remote_name not in names for _, names in seen)

    @pytest.mark.parametrize("last", list(Phase))
    def test_a_phase_that_cannot_be_written_down_stops_the_delivery(self, far_side, channel, last) -> None:
        class LedgerGoneError(Exception):
            pass

        def on_phase(phase: Phase) -> None:
            if phase is last:
                raise LedgerGoneError

        with pytest.raises(LedgerGoneError):
            channel.send(a_file(), attempt="1-1", on_phase=on_phase)

        assert a_file().remote_name not in far_side.names()
        assert channel.send(a_file(), attempt="1-2", on_phase=lambda phase: None).proof == "renamed"

    def test_what_stands_there_already_is_found_and_not_sent_twice(self, far_side, channel) -> None:
        file = a_file()
        (far_side.inbox / file.remote_name).write_bytes(file.content)
        phases: list[Phase] = []

        receipt = channel.send(file, attempt="1-2", on_phase=phases.append)

        assert receipt.proof == "found"
        assert phases == [Phase.CONNECTING]
        assert far_side.names() == [file.remote_name]

    @pytest.mark.parametrize("seed", [1, 2], ids=["longer", "of the same length"])
    def test_other_bytes_under_the_name_are_never_replaced(self, far_side, channel, seed) -> None:
        file = a_file(seed=3)
        other = a_file(seed=seed, size=101 if seed == 1 else 100).content
        (far_side.inbox / file.remote_name).write_bytes(other)

        with pytest.raises(HeldError) as caught:
            channel.send(file, attempt="1-1", on_phase=lambda phase: None)

        assert caught.value.code == "E834-0855"
        assert (far_side.inbox / file.remote_name).read_bytes() == other
        assert far_side.names() == [file.remote_name]

    def test_a_permanent_failure_is_raised(self, far_side, channel) -> None:
        far_side.inbox.rmdir()

        with pytest.raises(HeldError):
            channel.send(a_file(), attempt="1-1", on_phase=lambda phase: None)

    def test_another_file_that_appears_while_writing_is_not_replaced(self, far_side, channel) -> None:
        file = a_file()

        def on_phase(phase: Phase) -> None:
            if phase is Phase.RENAME_SENT:
                (far_side.inbox / file.remote_name).write_bytes(b"a stranger's")

        with pytest.raises(HeldError):
            channel.send(file, attempt="1-1", on_phase=on_phase)

        assert (far_side.inbox / file.remote_name).read_bytes() == b"a stranger's"
        assert far_side.names() == [file.remote_name]

    def test_the_same_file_that_appears_while_writing_is_found(self, far_side, channel) -> None:
        """A run that was taken over, and woke up again, delivered the same bytes under the same name."""
        file = a_file()

        def on_phase(phase: Phase) -> None:
            if phase is Phase.RENAME_SENT:
                (far_side.inbox / file.remote_name).write_bytes(file.content)

        assert channel.send(file, attempt="1-1", on_phase=on_phase).proof == "found"
        assert far_side.names() == [file.remote_name]

    def test_what_an_attempt_left_behind_can_be_taken_away_once(self, far_side, channel) -> None:
        """A file that stood under its temporary name alone never got its own; after that nothing is proven any more."""

        class KilledError(BaseException):
            pass

        def on_phase(phase: Phase) -> None:
            if phase is Phase.RENAME_SENT:
                left.extend((far_side.inbox / name, (far_side.inbox / name).read_bytes()) for name in far_side.names())
                raise KilledError

        left: list[tuple[Path, bytes]] = []
        with pytest.raises(KilledError):
            channel.send(a_file(), attempt="1-1", on_phase=on_phase)
        for path, content in left:
            path.write_bytes(content)  # whether or not this attempt cleared away behind itself
        again = far_side.channel()

        proves = again.withdraw(a_file().remote_name, attempt="1-1")

        assert far_side.names() == []
        assert proves == self.WITHDRAWING_PROVES
        assert not again.withdraw(a_file().remote_name, attempt="1-1")
        again.close()

    def test_a_probe_tells_size_and_digest_and_nothing_where_nothing_stands(self, far_side, channel) -> None:
        (far_side.inbox / "there.pgp").write_bytes(b"something")

        found = channel.probe("there.pgp")

        assert (found.size, found.sha256) == (9, hashlib.sha256(b"something").hexdigest())
        assert channel.probe("absent.pgp") is None

    def test_plaintext_does_not_leave(self, far_side, channel) -> None:
        for content in (b"ISA*00*          *00*", b"", b"\x89\x50", a_file().content + b"ISA*00*"):
            with pytest.raises(HeldError) as caught:
                channel.send(an_unsealed_file(content), attempt="1-1", on_phase=lambda phase: None)
            assert caught.value.code == "E834-0823"

        assert far_side.names() == []

    def test_a_file_to_another_key_does_not_leave(self, far_side, channel) -> None:
        sealed = a_file(key="B2" * 20)
        mislabelled = a_file()
        object.__setattr__(sealed, "recipient_key", mislabelled.recipient_key)

        with pytest.raises(HeldError) as caught:
            channel.send(sealed, attempt="1-1", on_phase=lambda phase: None)

        assert caught.value.code == "E834-0824"
        assert far_side.names() == []

    def test_what_may_go_unsealed_goes(self, far_side, channel) -> None:
        file = an_unsealed_file(b"worklist", "the carrier has no key")

        assert channel.send(file, attempt="1-1", on_phase=lambda phase: None).proof == "renamed"

    def test_another_carriers_file_does_not_leave(self, far_side, channel) -> None:
        with pytest.raises(HeldError) as caught:
            channel.send(a_file(carrier_id="cedar"), attempt="1-1", on_phase=lambda phase: None)

        assert caught.value.code == "E834-0820"
        assert far_side.names() == []

    @pytest.mark.parametrize("name", ["../up.pgp", "/etc/up.pgp", "a/b.pgp", ".hidden", "a\0b", "a\nb", "", "é" * 3])
    def test_a_name_that_is_not_plain_is_refused(self, far_side, channel, name) -> None:
        with pytest.raises(Edi834Error) as caught:
            channel.send(a_file(name), attempt="1-1", on_phase=lambda phase: None)

        assert caught.value.code == "E834-0821"
        assert far_side.names() == []

    def test_bytes_that_are_not_their_digests_are_refused(self, far_side, channel) -> None:
        file = a_file()
        object.__setattr__(file, "sha256", "0" * 64)

        with pytest.raises(Edi834Error) as caught:
            channel.send(file, attempt="1-1", on_phase=lambda phase: None)

        assert caught.value.code == "E834-0822"

    def test_closing_twice_is_allowed_and_a_closed_channel_opens_again(self, far_side, channel) -> None:
        channel.send(a_file("one.pgp"), attempt="1-1", on_phase=lambda phase: None)
        channel.close()
        channel.close()
        channel.send(a_file("two.pgp"), attempt="1-1", on_phase=lambda phase: None)

        assert far_side.names() == ["one.pgp", "two.pgp"]

    @pytest.mark.parametrize("point", ["upload-written", "rename-sent", "renamed"])
    def test_a_fault_anywhere_leaves_nothing_half_done_and_the_next_attempt_ends_it(
        self, far_side, channel, point, monkeypatch
    ) -> None:
        """Whatever a fault makes of the first attempt, the carrier ends with the file, once, and we know it."""
        file = a_file()
        monkeypatch.setattr(faults, "_hits", Counter())
        monkeypatch.setenv("EDI834_FAULTS", f"{point}=raise:EIO")
        try:
            proofs = [channel.send(file, attempt="1-1", on_phase=lambda phase: None).proof]
        except (DeliveryError, InDoubtError) as error:
            proofs = [type(error).__name__]
            assert file.remote_name not in far_side.names()
        proofs.append(channel.send(file, attempt="1-2", on_phase=lambda phase: None).proof)

        assert (far_side.inbox / file.remote_name).read_bytes() == file.content
        assert far_side.names() == [file.remote_name]
        # A wrapper may have tried again by itself.
        assert proofs[1] == ("renamed" if proofs[0] == "DeliveryError" else "found")
        assert point != "renamed" or proofs == ["found", "found"]
