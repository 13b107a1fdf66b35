"""What every outbox does, whoever is behind it: the port's contract as tests.

A driver's test gives an ``outside`` fixture, the carrier's side of it, and inherits the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from edi834.errors import Edi834Error
from edi834.feed.ports import Outbox
from edi834.feed.profile import OutboxProfile


class Outside:
    """The carrier's side: the outbox as a folder, and the ways to it."""

    def __init__(self, folder: Path, named: str, make: Callable[[OutboxProfile], Outbox]) -> None:
        self.folder = folder
        self.named = named
        self._make = make

    def outbox(self, **settings: str) -> Outbox:
        return self._make(OutboxProfile(**{"folder": self.named, **settings}))


class OutboxContract:
    """The suite; subclasses give ``outside``."""

    def test_what_waits_is_listed_by_name_with_its_size_and_time(self, outside: Outside) -> None:
        (outside.folder / "b.edi").write_bytes(b"12345")
        (outside.folder / "a.edi").write_bytes(b"")
        (outside.folder / "folder").mkdir()
        outbox = outside.outbox()

        waiting = outbox.list()
        outbox.close()

        assert [(w.name, w.size) for w in waiting] == [("a.edi", 0), ("b.edi", 5)]
        assert waiting[0].modified == int((outside.folder / "a.edi").stat().st_mtime)

    def test_an_outbox_with_hundreds_of_answers_is_listed_whole(self, outside: Outside) -> None:
        for number in range(350):
            (outside.folder / f"{number:03}.edi").write_bytes(b"x")
        outbox = outside.outbox()

        assert [w.name for w in outbox.list()] == [f"{number:03}.edi" for number in range(350)]
        outbox.close()
        outbox.close()

    @pytest.mark.parametrize("size", [0, 1, 99, 100, 101, 250_000])
    def test_a_file_is_fetched_up_to_the_limit_and_one_byte(self, outside: Outside, size: int) -> None:
        content = bytes(range(256)) * (size // 256) + bytes(range(size % 256))
        (outside.folder / "a.edi").write_bytes(content)
        outbox = outside.outbox()

        assert outbox.fetch("a.edi", 100) == content[:101]
        assert outbox.fetch("a.edi", 300_000) == content
        assert (outside.folder / "a.edi").exists()
        outbox.close()

    def test_what_was_taken_in_is_left_moved_or_removed_as_reported(self, outside: Outside) -> None:
        (outside.folder / "done").mkdir()
        for after in ("leave", "move", "remove"):
            (outside.folder / f"{after}.edi").write_bytes(b"x")
            settings = {"after": after, **({"move_to": "done"} if after == "move" else {})}
            outbox = outside.outbox(**settings)
            outbox.put_away(f"{after}.edi")
            outbox.close()

        assert sorted(p.name for p in outside.folder.iterdir()) == ["done", "leave.edi"]
        assert [p.name for p in (outside.folder / "done").iterdir()] == ["move.edi"]

    @pytest.mark.parametrize("settings", [{"after": "remove"}, {"after": "move", "move_to": "done"}])
    def test_what_is_gone_is_put_away(self, outside: Outside, settings: dict[str, str]) -> None:
        outbox = outside.outbox(**settings)

        outbox.put_away("never-there.edi")
        outbox.close()

        assert list(outside.folder.iterdir()) == []

    def test_nothing_that_was_moved_there_before_is_replaced(self, outside: Outside) -> None:
        (outside.folder / "done").mkdir()
        (outside.folder / "done" / "a.edi").write_bytes(b"the first")
        (outside.folder / "a.edi").write_bytes(b"the second")
        outbox = outside.outbox(after="move", move_to="done")

        with pytest.raises(Edi834Error) as refused:
            outbox.put_away("a.edi")
        outbox.close()

        assert refused.value.exit_status == 6
        assert (outside.folder / "done" / "a.edi").read_bytes() == b"the first"
        assert (outside.folder / "a.edi").exists()

    def test_an_outbox_that_is_not_there_is_said_to_be_so(self, outside: Outside) -> None:
        outside.folder.rmdir()
        outbox = outside.outbox()

        with pytest.raises(Edi834Error) as refused:
            outbox.list()
        outbox.close()

        assert refused.value.exit_status == 6
