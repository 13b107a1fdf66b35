"""The sample workspace: that the engine reads it without a complaint, and that grants allow no more than is reported.

How a workspace is read is tested in ``tests/workspace``.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from edi834.grants import STRUCTURAL_FIELDS
from edi834.model import FieldPath
from edi834.workspace.carriers import read_carriers
from edi834.workspace.grants import read_grants
from edi834.workspace.mappings import read_form
from edi834.workspace.settings import read_settings
from tests.samples.reading import CARRIERS, WORKSPACE, as_of, rows

DEMO = "@demo"
WHY = frozenset(map(FieldPath, ("member.event", "member.event_date", "coverage.end_reason")))
"""From these comes the reason of a change, whether a mapping names them or not."""


def carrier_files() -> list[Path]:
    return [WORKSPACE / "carriers" / carrier / "carrier.toml" for carrier in CARRIERS]


def test_the_settings_say_that_people_are_invented() -> None:
    settings = read_settings(WORKSPACE)

    assert settings.source.invented_people
    assert settings.source.settle_seconds == 0
    assert settings.timezone.key == "America/Boise"


def test_every_carrier_has_a_feed_that_can_be_read() -> None:
    feeds, findings = read_carriers(WORKSPACE)

    assert findings == []
    assert {feed.carrier.carrier_id for feed in feeds} == set(CARRIERS)
    assert all(feed.mapping.is_file() for feed in feeds)


def test_every_coverage_of_the_story_belongs_to_one_feed() -> None:
    feeds, _ = read_carriers(WORKSPACE)
    served = {(feed.carrier.carrier_id, benefit) for feed in feeds for benefit in feed.benefits}
    used = {(row["carrier_id"], row["benefit"]) for row in rows(10, "coverages")}

    assert used == served


def test_no_feed_of_invented_people_is_live() -> None:
    feeds, _ = read_carriers(WORKSPACE)

    assert {feed.stage.value for feed in feeds} == {"testing"}


def test_the_demo_writes_the_keys_and_only_paper_is_not_sealed() -> None:
    carriers = {file.parent.name: tomllib.loads(file.read_text(encoding="utf-8")) for file in carrier_files()}

    assert {name for name, c in carriers.items() if c["seal"] == "none"} == {"lantern"}
    assert all(
        (c["key"]["primary"], c["key"]["subkey"]) == (DEMO, DEMO) for name, c in carriers.items() if name != "lantern"
    )


def test_every_carrier_has_a_grant_that_stands_through_the_story() -> None:
    grants, findings = read_grants(WORKSPACE)

    assert findings == []
    assert {grant.carrier_id for grant in grants} == set(CARRIERS)
    assert all(grant.is_valid_on(as_of(1)) and grant.is_valid_on(as_of(10)) for grant in grants)
    assert all(grant.allow >= STRUCTURAL_FIELDS for grant in grants)
    assert {grant.carrier_id for grant in grants if grant.plaintext} == {"lantern"}


@pytest.mark.parametrize(
    ("carrier", "never"),
    [
        ("northstar", {"member.salary", "member.tobacco_use"}),
        ("cedar", {"member.salary", "member.tobacco_use", "member.medicare_id", "other_insurance.policy_number"}),
        ("granite", {"member.medicare_id", "member.disabled", "other_insurance.policy_number"}),
        ("harbor", {"member.salary", "member.medicare_id", "member.disabled"}),
        ("lantern", {"member.ssn", "member.salary", "member.medicare_id"}),
    ],
)
def test_a_carrier_is_not_allowed_what_is_none_of_its_business(carrier: str, never: set[str]) -> None:
    (grant,) = [grant for grant in read_grants(WORKSPACE)[0] if grant.carrier_id == carrier]

    assert grant.allow & never == frozenset()


@pytest.mark.parametrize("carrier", CARRIERS)
def test_each_grant_allows_what_the_mapping_uses_and_why_and_nothing_more(carrier: str) -> None:
    (feed,) = [feed for feed in read_carriers(WORKSPACE)[0] if feed.carrier.carrier_id == carrier]
    form, _, findings = read_form(feed, WORKSPACE, invented_people=True)
    (grant,) = [grant for grant in read_grants(WORKSPACE)[0] if grant.carrier_id == carrier]

    assert findings == ()
    assert form is not None
    assert grant.allow == form.uses | STRUCTURAL_FIELDS | WHY
    assert grant.withhold == frozenset()
