"""One bad input, and what an operator, the carrier and the ledger see of it.

Each case starts on the morning after a first night: nine people of three families are reported. The second snapshot has
one piece of news of the first family, a move to Nampa, and one thing wrong somewhere else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from tests.commands.snapshots import Tables, write_snapshot
from tests.commands.workspace import Ran, Sample

CANARY = "Zzyzxqueue"
"""A value that is searched for wherever something could have been written down."""

FEED = "northstar-medical"
MOVED = "Nampa"


class Outcome(Enum):
    """What must come of it."""

    REFUSED = "the snapshot is refused, nothing is planned"
    HELD = "the feed waits for a person, nothing is sent"
    QUARANTINED = "that family stays as it was reported, the others go on"
    FAMILY_HELD = "that family waits for a person, the others go on"
    WARNED = "it is reported, and something is said about it"
    ACCEPTED = "it is reported, as if nothing were"
    WRONG = "the configuration is refused before anybody is read"


@dataclass
class Scene:
    """A workspace after its first night, and the second night to come."""

    sample: Sample
    folder: Path
    ran: Ran = field(init=False)

    # --- the second night ---------------------------------------------------------------------------------------

    def snapshot(self, *edits: Callable[[Tables], object], dated: int = 2, name: str = "second") -> Path:
        """The second night's snapshot: the move, and these edits after it."""

        def edit(tables: Tables) -> None:
            for row in tables["members"]:
                if row["subscriber_id"] == "J1001":
                    row["city"] = MOVED
            for one in edits:
                one(tables)

        return write_snapshot(self.folder / name, dated=dated, edit=edit)

    def night(self, snapshot: Path | str, *more: str) -> Ran:
        """Run the feed, as the scheduler would."""
        self.ran = self.sample.json("run", FEED, "--snapshot", str(snapshot), *more)
        return self.ran

    # --- what is seen -------------------------------------------------------------------------------------------

    def outcome(self) -> dict[str, Any]:
        return self.ran.event("feed", feed=FEED)

    def codes(self) -> set[str]:
        """Every code that the operator was shown."""
        found = set()
        for event in self.ran.events:
            found |= {event.get("code")}
            found |= {f.get("code") for f in event.get("findings", ())}
        return {code for code in found if code}

    def reported(self) -> list[bytes]:
        """The files of the second night, as the carrier opens them."""
        return self.sample.opened("northstar")[1:]

    def actions(self) -> list[str]:
        """INS03 of everybody in the second night's files."""
        segments = [s.strip() for content in self.reported() for s in content.decode().split("~")]
        return [s.split("*")[3] for s in segments if s.startswith("INS*")]

    def holds(self, expected: Outcome, code: str | None) -> None:
        """What is true of every case, and what this one must come to.

        No traceback, a way out, no value said or kept, nobody ended, and what was reported stands unless news went out.
        """
        ran = self.ran
        assert "Traceback" not in ran.said
        _EXPECT[expected](self)
        if code is not None:
            assert code in self.codes() or code in ran.said, (code, self.codes(), ran.said)
        assert "024" not in self.actions(), "somebody was ended"
        self.leaves_no_trace()

    def leaves_no_trace(self) -> None:
        """The canary stands in the input alone."""
        needle = CANARY.lower()
        assert needle not in self.ran.said.lower()
        for file in self.sample.home.rglob("*"):
            if file.is_file():
                assert needle.encode() not in file.read_bytes().lower(), file


def _refused(scene: Scene) -> None:
    assert scene.ran.status == 5, scene.ran.said
    _nothing_went(scene)
    _says_a_way_out(scene)


def _held(scene: Scene) -> None:
    assert scene.ran.status == 6, scene.ran.said
    _nothing_went(scene)
    _says_a_way_out(scene)


def _wrong(scene: Scene) -> None:
    assert scene.ran.status == 4, scene.ran.said
    _nothing_went(scene)
    _says_a_way_out(scene)


def _quarantined(scene: Scene) -> None:
    assert scene.ran.status == 3, scene.ran.said
    counts = scene.outcome()["counts"]
    assert counts["quarantined"] >= 1, scene.ran.said
    _the_move_went(scene)


def _family_held(scene: Scene) -> None:
    assert scene.ran.status == 3, scene.ran.said
    assert scene.outcome()["counts"]["waiting"] >= 1, scene.ran.said
    _the_move_went(scene)


def _warned(scene: Scene) -> None:
    assert scene.ran.status == 0, scene.ran.said
    assert scene.codes(), scene.ran.said
    _the_move_went(scene)


def _accepted(scene: Scene) -> None:
    assert scene.ran.status == 0, scene.ran.said
    _the_move_went(scene)


def _nothing_went(scene: Scene) -> None:
    assert len(scene.sample.arrived("northstar")) == 1
    with scene.sample.ledger() as ledger:
        assert ledger.held_members(FEED) == 9  # type: ignore[arg-type]


def _the_move_went(scene: Scene) -> None:
    """The first family's news arrived, and the ledger still holds everybody."""
    assert any(MOVED.upper().encode() in content.upper() for content in scene.reported()), scene.ran.said
    with scene.sample.ledger() as ledger:
        assert ledger.held_members(FEED) >= 9  # type: ignore[arg-type]


def _says_a_way_out(scene: Scene) -> None:
    said = [json.loads(line) for line in scene.ran.said.splitlines() if line.startswith("{")]
    bad = [e for e in said if e.get("code")]
    assert bad, scene.ran.said
    assert all(e.get("remedy") for e in bad), scene.ran.said


_EXPECT: dict[Outcome, Callable[[Scene], None]] = {
    Outcome.REFUSED: _refused,
    Outcome.HELD: _held,
    Outcome.QUARANTINED: _quarantined,
    Outcome.FAMILY_HELD: _family_held,
    Outcome.WARNED: _warned,
    Outcome.ACCEPTED: _accepted,
    Outcome.WRONG: _wrong,
}
