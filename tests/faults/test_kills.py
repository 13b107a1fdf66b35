"""A run that is killed anywhere, and run again: the carrier has each file once and whole, and the ledger agrees.

The runs are the program's own, over SFTP, killed as a machine is (SIGKILL) or failed by its disk at each fault point.
What the ledger alone must hold when it is killed is tested in ``tests/ledger``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from delivery.demo_carrier import Behaviour, DemoCarrier
from tests.commands.snapshots import members_of, write_snapshot
from tests.commands.workspace import CarrierKey, Ran, Sample, make_sample, make_sftp_sample
from tests.faults.killing import Died, points_hit, run_failing
from tests.scenarios.arrived import people

# Every fault point of one run that uploads, in order. A point that comes or goes is one line here, and a reason.
POINTS = (
    "intent", "planned-before-commit", "planned-committed", "rendered-before-commit", "rendered-committed",
    "validated-before-commit", "validated-committed", "blob-half", "blob-fsync", "blob-synced", "blob-renamed",
    "sealed-before-commit", "sealed-committed", "uploading-before-commit", "uploading-committed",
    "connecting-before-commit", "connecting-committed", "phase-connecting", "writing-before-commit",
    "writing-committed", "phase-writing", "upload-open", "upload-half", "upload-written", "upload-verified",
    "rename_sent-before-commit", "rename_sent-committed", "phase-rename_sent", "rename-sent", "renamed", "sent",
    "delivered-before-commit", "delivered-committed",
)  # fmt: skip
SEALING = POINTS.index("sealed-committed")
RENAMING = POINTS.index("rename_sent-committed")
RENAMED = POINTS.index("renamed")
SETTLED = POINTS[RENAMING:RENAMED]
"""Killed here, the file might have got its name and been swept; its temporary name, still there, proves otherwise."""

Making = Callable[..., Sample]


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Day 1 of three families, and day 3, with a child more."""
    folder = tmp_path_factory.mktemp("snapshots")
    return write_snapshot(folder / "day-1", 1), write_snapshot(folder / "day-3", 3)


@pytest.fixture
def made(tmp_path: Path, carrier_key: CarrierKey, sftp_server: DemoCarrier, empty_state: Path) -> Making:
    """Makes a workspace with one X12 feed over SFTP."""

    def make(**behaviour: bool) -> Sample:
        # The login is named after the folder, and one server serves all tests.
        folder = tmp_path / f"at-{hashlib.sha256(str(tmp_path).encode()).hexdigest()[:12]}"
        sample = make_sftp_sample(folder, carrier_key, sftp_server, Behaviour(**behaviour), empty_state)
        return sample.only("northstar")

    return make


def test_the_points_are_all_there_are(made: Making, snapshots: tuple[Path, Path]) -> None:
    assert points_hit(made(), "run", "--all", "--snapshot", snapshots[0]) == [f"{point}#1" for point in POINTS]


@pytest.mark.parametrize("point", POINTS)
def test_killed_and_run_again(point: str, made: Making, snapshots: tuple[Path, Path]) -> None:
    sample, (today, _) = made(), snapshots
    assert run_failing(sample, f"{point}=kill", "run", "--all", "--snapshot", today).status == Died
    refuse_broken(sample)

    again = sample.nightly(today)

    assert again.status == 0, again.said
    assert temporary(sample) == []
    (content,) = sample.opened("northstar")
    assert [p.action for p in people(content)] == ["021"] * len(members_of(1, families()))
    settled(sample, today)


@pytest.mark.parametrize("point", [point for point in POINTS if not point.endswith("-before-commit")][::2])
def test_killed_and_run_again_with_a_newer_snapshot(point: str, made: Making, snapshots: tuple[Path, Path]) -> None:
    """What was sealed goes as it was, and the newer one after it; what was not is reported from the newer one alone."""
    sample, (yesterday, today) = made(), snapshots
    assert run_failing(sample, f"{point}=kill", "run", "--all", "--snapshot", yesterday).status == Died

    again = sample.nightly(today)

    assert again.status == 0, again.said
    assert temporary(sample) == []
    added = Counter(p.member for content in sample.opened("northstar") for p in people(content) if p.action == "021")
    assert added == Counter(row["member_id"] for row in members_of(3, families()))
    assert len(sample.arrived("northstar")) == (1 if POINTS.index(point) < SEALING else 2)
    settled(sample, today)


@pytest.mark.parametrize(
    "point",
    ["planned-committed", "validated-committed", "blob-renamed", "sealed-committed", "phase-writing", "renamed"],
)
def test_killed_and_run_again_with_an_empty_snapshot(point: str, made: Making, snapshots: tuple[Path, Path]) -> None:
    """What was sealed goes as it was; nobody is ended by a snapshot without people, which waits for a person."""
    sample, (today, later) = made(), snapshots
    assert run_failing(sample, f"{point}=kill", "run", "--all", "--snapshot", today).status == Died
    empty = sample.home.parent / "empty"
    write_snapshot(empty, 2, edit=lambda tables: [rows.clear() for rows in (tables["members"], tables["coverages"])])

    ran = sample.nightly(empty)

    assert ran.status in {5, 6}, ran.said
    refuse_broken(sample)
    assert len(sample.arrived("northstar")) == (1 if POINTS.index(point) >= SEALING else 0)
    assert temporary(sample) == []
    again = sample.nightly(later)
    assert again.status == 0, again.said
    reported = [p for content in sample.opened("northstar") for p in people(content)]
    assert "024" not in {p.action for p in reported}
    added = Counter(p.member for p in reported if p.action == "021")
    assert added == Counter(row["member_id"] for row in members_of(3, families()))
    settled(sample, later)


@pytest.mark.parametrize("point", POINTS[RENAMING:])
@pytest.mark.parametrize("word", ["truth", "next day"])
def test_killed_while_the_carrier_sweeps_its_inbox(
    point: str, word: str, made: Making, snapshots: tuple[Path, Path]
) -> None:
    """Once it got its name only the carrier knows: the run says so (12), sends nothing, and a person settles it.

    Until then its temporary name is still there, which the sweeper passes over: the run settles it by itself.
    """
    sample, (today, later) = made(sweeps=True), snapshots
    assert run_failing(sample, f"{point}=kill", "run", "--all", "--snapshot", today).status == Died
    has_it = bool(taken(sample))
    assert has_it == (POINTS.index(point) >= RENAMED)

    again = sample.nightly(today if word == "truth" else later)

    if point == "delivered-committed" or point in SETTLED:
        assert again.status == 0, again.said
        assert len(taken(sample)) == (1 if word == "truth" else 2)
        assert temporary(sample) == []
        invariants(sample)
        return
    assert again.status == 12
    assert len(taken(sample)) == has_it
    doubted = again.event("feed")
    assert doubted["outcome"] == "in_doubt"
    assert doubted["code"] == "E834-0915"
    assert f"edi834 resolve {sample.newest('northstar')['transmission']} --arrived" in doubted["remedy"]
    assert sample.json("status").status == 12
    resolved = sample.json(
        "resolve", sample.newest("northstar")["transmission"], "--arrived" if has_it else "--lost", "--reason", "asked"
    )
    assert resolved.status == 0
    assert sample.nightly(today).status == 0
    assert len(taken(sample)) == 1
    (content,) = [sample.key.open(path.read_bytes()) for path in taken(sample)]
    assert len(people(content)) == len(members_of(1, families()))
    invariants(sample)


def test_a_file_in_doubt_stays_in_doubt_until_a_person_settles_it(made: Making, snapshots: tuple[Path, Path]) -> None:
    sample, (today, _) = made(sweeps=True), snapshots
    run_failing(sample, "renamed=kill", "run", "--all", "--snapshot", today)

    statuses = [sample.nightly(today).status for _ in range(2)]

    assert statuses == [12, 12]
    assert len(taken(sample)) == 1
    identity = sample.newest("northstar")["transmission"]
    assert sample.json("resolve", identity, "--arrived", "--lost", "--reason", "?").status == 2
    assert sample.json("resolve", identity, "--arrived", "--reason", "Dana, by telephone").status == 0
    assert sample.json("resolve", identity, "--lost", "--reason", "again").status == 10


def test_a_file_that_was_in_doubt_is_settled_once_the_carrier_can_be_asked(
    made: Making, snapshots: tuple[Path, Path]
) -> None:
    """The carrier's side hid everything when the next run looked, and shows the temporary file the night after."""
    sample, (today, _) = made(), snapshots
    assert run_failing(sample, "phase-rename_sent=kill", "run", "--all", "--snapshot", today).status == Died
    account = sample.server._accounts[sample.inboxes["northstar"].parent.name]  # type: ignore[union-attr]
    account.behaviour = Behaviour(write_only=True)
    assert sample.nightly(today).status == 12
    assert len(temporary(sample)) == 1
    account.behaviour = Behaviour()

    again = sample.nightly(today)

    assert again.status == 0, again.said
    assert temporary(sample) == []
    settled(sample, today)


@pytest.mark.parametrize("point", ["renamed", "upload-half", "phase-rename_sent"])
def test_killed_before_a_write_only_drop_box(point: str, made: Making, snapshots: tuple[Path, Path]) -> None:
    """A carrier that lets nobody look leaves the same doubt, and the file is never silently sent twice."""
    sample, (today, _) = made(), snapshots
    sample.rewrite("carriers/northstar/carrier.toml", 'verify = "readback"', 'verify = "none"')
    assert run_failing(sample, f"{point}=kill", "run", "--all", "--snapshot", today).status == Died
    account = sample.server._accounts[sample.inboxes["northstar"].parent.name]  # type: ignore[union-attr]
    account.behaviour = Behaviour(write_only=True)

    again = sample.nightly(today)

    assert again.status == (0 if point == "upload-half" else 12), again.said
    assert len(sample.arrived("northstar")) == (0 if point == "phase-rename_sent" else 1)


@pytest.mark.parametrize(
    ("point", "errno"),
    [
        *((point, "EIO") for point in POINTS if point.startswith(("intent", "planned", "blob", "sent", "delivered"))),
        *(
            (point, "ENOSPC")
            for point in ("blob-half", "sealed-before-commit", "phase-writing", "upload-half", "renamed")
        ),
    ],
)
def test_a_disk_that_fails_is_an_outcome_and_the_next_run_finishes(
    point: str, errno: str, made: Making, snapshots: tuple[Path, Path]
) -> None:
    sample, (today, _) = made(), snapshots
    failed = run_failing(sample, f"{point}=raise:{errno}", "--json", "run", "--all", "--snapshot", today)
    assert failed.status in {0, 1, 6, 7}, failed.said
    assert "Traceback" not in failed.said

    again = sample.nightly(today)
    if again.status == 6:
        again = sample.nightly(today)

    assert again.status == 0, again.said
    assert len(sample.arrived("northstar")) == 1
    settled(sample, today)


@pytest.mark.parametrize("point", ["upload-written", "rename-sent", "renamed", "delivered-before-commit"])
def test_killed_on_the_way_into_a_folder(
    point: str, tmp_path: Path, carrier_key: CarrierKey, empty_state: Path, snapshots: tuple[Path, Path]
) -> None:
    sample = make_sample(tmp_path / "sample", carrier_key, empty_state).only("harbor")
    assert run_failing(sample, f"{point}=kill", "run", "--all", "--snapshot", snapshots[0]).status == Died

    again = sample.nightly(snapshots[0])

    assert again.status == (12 if point == "rename-sent" else 0), again.said
    if again.status == 12:  # a folder may be swept, too
        assert sample.arrived("harbor") == []
        identity = sample.newest("harbor")["transmission"]
        assert sample.json("resolve", identity, "--lost", "--reason", "the folder is empty").status == 0
        assert sample.nightly(snapshots[0]).status == 0
    assert len(sample.arrived("harbor")) == 1


@pytest.mark.parametrize("point", ["planned-committed", "sealed-committed", "delivered-before-commit"])
def test_killed_while_a_worklist_is_handed_over(
    point: str, tmp_path: Path, carrier_key: CarrierKey, empty_state: Path, snapshots: tuple[Path, Path]
) -> None:
    sample = make_sample(tmp_path / "sample", carrier_key, empty_state).only("lantern")
    assert run_failing(sample, f"{point}=kill", "run", "--all", "--snapshot", snapshots[0]).status == Died

    again = sample.nightly(snapshots[0])
    if again.status == 12:
        identity = sample.newest("lantern")["transmission"]
        assert sample.json("resolve", identity, "--lost", "--reason", "nothing in the queue").status == 0
        again = sample.nightly(snapshots[0])

    assert again.status == 0, again.said
    lists = [e for e in sample.json("worklist", "list").events if e["event"] == "worklist"]
    assert [(e["left"], e["items"]) for e in lists] == [(3, 3)]


# --- what must hold ------------------------------------------------------------------------------------------------


def families() -> tuple[str, ...]:
    return ("J1001", "J1009", "J1020")


def temporary(sample: Sample) -> list[str]:
    """What stands in the carrier's inbox under a temporary name."""
    return [path.name for path in sample.inboxes["northstar"].iterdir() if path.name.startswith(".")]


def taken(sample: Sample) -> list[Path]:
    """What a sweeping carrier has taken in."""
    folder = sample.inboxes["northstar"].parent / "taken"
    return sorted(folder.iterdir()) if folder.exists() else []


def refuse_broken(sample: Sample) -> None:
    """What must hold at any instant: no partial file under its own name, and the baseline is never ahead (I3, I5)."""
    with sample.ledger() as ledger:
        (newest, *_) = [*ledger.transmissions("northstar-medical"), None]  # type: ignore[arg-type]
        held = ledger.held_members("northstar-medical")  # type: ignore[arg-type]
        assert ledger.verify_trail() is None
    for sealed in sample.sealed("northstar"):
        assert newest is not None
        assert hashlib.sha256(sealed).hexdigest() == newest.sealed_sha256
    if not sample.arrived("northstar"):
        assert held == 0


def settled(sample: Sample, snapshot: Path) -> Ran:
    """Everything was reported, once; and there is nothing more to tell."""
    invariants(sample)
    before = sample.arrived("northstar")
    quiet = sample.nightly(snapshot)
    assert quiet.status == 0
    assert quiet.event("feed")["outcome"] == "nothing"
    assert sample.arrived("northstar") == before
    counted = [t for t in sample.transmissions("northstar") if t["state"] == "delivered"]
    assert [t["remote_name"] for t in counted] == before
    assert [t["sealed_sha256"] for t in counted] == [hashlib.sha256(s).hexdigest() for s in sample.sealed("northstar")]
    for transmission, content in zip(counted, sample.opened("northstar"), strict=True):
        assert int(content.split(b"*")[13]) == transmission["control_number"]
        assert hashlib.sha256(content).hexdigest() == transmission["plain_sha256"]
    return quiet


def invariants(sample: Sample) -> None:
    """Numbers are used once, history has no gaps, nothing is open, and the trail holds (I2, I7, I10)."""
    history = sample.transmissions("northstar")
    numbers = [t["control_number"] for t in history if t["control_number"] is not None]
    assert len(numbers) == len(set(numbers))
    assert [t["sequence"] for t in history] == list(range(1, len(history) + 1))
    with sample.ledger() as ledger:
        assert ledger.open_transmission("northstar-medical") is None  # type: ignore[arg-type]
        assert ledger.verify_trail() is None
        assert ledger.held_members("northstar-medical") > 0  # type: ignore[arg-type]
