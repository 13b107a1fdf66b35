"""B92 to B108: configuration, mappings and numbers that are wrong. Nobody is read, and nothing is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.catalogue.scene import FEED, Outcome, Scene

CARRIER = "carriers/northstar/carrier.toml"
FEED_FILE = "carriers/northstar/feeds/medical.toml"
MAPPING = "carriers/northstar/mappings/medical.toml"


@dataclass(frozen=True)
class Case:
    """A file of the workspace, and what is done to its text."""

    id: str
    what: str
    file: str
    change: Callable[[str], str]


def swapped(old: str, new: str) -> Callable[[str], str]:
    def changed(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return changed


def assigned(expression: str) -> Callable[[str], str]:
    """Let the member's note be made by this expression."""
    return swapped("[set]", f"[set]\n\"2000/REF[ZZ]/REF02\" = '''{expression}'''")


CASES = [
    Case("B92", "TOML that is none", FEED_FILE, swapped('id = "', "id = = ")),
    Case("B93", "a key twice", FEED_FILE, swapped('mode = "changes"', 'mode = "changes"\nmode = "full_audit"')),
    Case("B94", "YAML", FEED_FILE, lambda _: "id: northstar-medical\ngroups:\n  - juniper\n"),
    Case("B95", "ten thousand brackets", FEED_FILE, lambda text: f"x = {'[' * 10_000}\n{text}"),
    Case("B95", "a file of a hundred megabytes", FEED_FILE, lambda text: text + "#" * 100_000_000),
    Case("B96", "a number where text belongs", CARRIER, swapped('tax_id = "900551203"', "tax_id = 900551203")),
    Case("B97", "an option that is none", CARRIER, swapped("folder =", "foldr =")),
    Case("B98", "a field that is none", MAPPING, assigned("member.frist_name")),
    Case("B101", "a walk over attributes", MAPPING, assigned("member.__class__.__mro__")),
    Case("B101", "a loop", MAPPING, assigned("{% for i in range(10**9) %}{{ i }}{% endfor %}")),
    Case("B101", "a text of a gigabyte", MAPPING, assigned("'a' * 10**9")),
    Case("B101", "a call", MAPPING, assigned("lipsum.__globals__['os'].popen('id')")),
    *(Case("B102", f"a carrier called {name[:12]!r}", CARRIER, swapped('id = "northstar"', f'id = "{name}"'))
      for name in ("../x", "CON", "", "n" * 300, "nоrthstar")),
    Case("B103", "a sender of sixteen", FEED_FILE, swapped('sender_id = "JUNIPER"', f'sender_id = "{"J" * 16}"')),
    Case("B103", "one delimiter for two", FEED_FILE,
         swapped("[envelope]", '[envelope]\nelement_separator = "*"\nsegment_terminator = "*"')),
    Case("B103", "a letter as delimiter", FEED_FILE, swapped("[envelope]", '[envelope]\nsegment_terminator = "A"')),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.id} {c.what}")
def test_a_wrong_configuration_is_refused_before_anybody_is_read(case: Case, scene: Scene) -> None:
    snapshot = scene.snapshot()
    file = scene.sample.home / case.file
    file.write_text(case.change(file.read_text(encoding="utf-8")), encoding="utf-8")
    checked = scene.sample.run("check")
    scene.night(snapshot)
    assert checked.status == 4, checked.said
    assert "Traceback" not in checked.said
    assert scene.ran.status == 4, scene.ran.said
    assert "Traceback" not in scene.ran.said
    assert "help" in checked.said or "remedy" in scene.ran.said
    assert Path(case.file).name in checked.said
    restored(scene, file)


def restored(scene: Scene, file: Path) -> None:
    """Nothing went: the inbox is as it was."""
    assert file.exists()
    assert len(scene.sample.arrived("northstar")) == 1


def test_b99_a_field_without_a_grant_is_wrong_to_check_and_held_to_run(scene: Scene) -> None:
    scene.sample.rewrite("grants/juniper/northstar.toml", '    "member.ssn",\n', "")
    assert scene.sample.run("check", FEED).status == 4
    scene.night(scene.snapshot())
    scene.holds(Outcome.HELD, "E834-0203")


def test_b100_a_grant_that_ran_out_holds_the_feed(scene: Scene) -> None:
    scene.sample.rewrite("grants/juniper/northstar.toml", "to = 2027-12-31", "to = 2026-10-31")
    scene.night(scene.snapshot())
    scene.holds(Outcome.HELD, "E834-0201")


def test_b106_another_mapping_waits_for_a_decision(scene: Scene) -> None:
    scene.sample.rewrite(MAPPING, "[set]", '[set]\n"2000/REF[F6]" = false')
    scene.night(scene.snapshot())
    scene.holds(Outcome.HELD, "E834-0904")
    assert "--full" in scene.outcome()["remedy"]
    assert "rebase" in scene.outcome()["remedy"]
