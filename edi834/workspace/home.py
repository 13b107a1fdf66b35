"""A workspace, read: its settings, carriers, feeds and grants, with everything wrong in any of their files.

It compiles a feed's mapping on demand, because a broken mapping is its own feed's failure and no other's (law 11).
It reads files and writes none; the ledger's state has its own room.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from edi834.book import Dialect
from edi834.check.carrier import CarrierRules
from edi834.errors import ConfigurationError, NothingMatchesError
from edi834.feed.forms import Form
from edi834.feed.member_report import ReportSpec
from edi834.feed.profile import FeedProfile
from edi834.grants import Grant
from edi834.model import Finding, Severity
from edi834.workspace.carriers import read_carriers
from edi834.workspace.checks import read_checks
from edi834.workspace.grants import read_grants
from edi834.workspace.mappings import read_form
from edi834.workspace.reports import read_reports
from edi834.workspace.settings import WorkspaceSettings, read_settings

__all__ = ["Workspace", "open_workspace"]


@dataclass(frozen=True)
class Workspace:
    """A workspace.

    Attributes:
      settings: What ``edi834.toml`` says.
      feeds: The feeds that can be read, by id.
      grants: The grants that can be read.
      findings: Everything wrong with carriers', feeds', grants' and reports' files.
      reports: How carriers' reports on people are laid out.
    """

    settings: WorkspaceSettings
    feeds: tuple[FeedProfile, ...]
    grants: tuple[Grant, ...]
    findings: tuple[Finding, ...]
    reports: tuple[ReportSpec, ...] = ()

    def feed(self, name: str) -> FeedProfile:
        """The feed of that name.

        Raises:
          ConfigurationError: its file is wrong.
          NothingMatchesError: there is none of that name.
        """
        for profile in self.feeds:
            if profile.feed_id == name:
                return profile
        for finding in self.findings:
            if finding.place is not None and "/carriers/" in f"/{finding.place.path}":
                raise ConfigurationError(
                    f"{name} is not among the feeds that can be read: {finding.message}",
                    code=finding.code, place=finding.place, remedy=finding.remedy,
                )  # fmt: skip
        near = get_close_matches(name, [p.feed_id for p in self.feeds], n=1)
        raise NothingMatchesError(
            f"there is no feed {name!r}",
            code="E834-0016",
            remedy=f"did you mean {near[0]!r}?" if near else "edi834 status lists the feeds",
        )

    def form(self, profile: FeedProfile) -> tuple[Form | None, Dialect, tuple[Finding, ...]]:
        """Compile a feed's mapping; the form is None where a finding is an error."""
        return read_form(profile, self.settings.home, invented_people=self.settings.source.invented_people)

    def carrier_rules(self, profile: FeedProfile) -> CarrierRules:
        """What a feed's carrier wants of a file besides the guide.

        Raises:
          ConfigurationError: the first of what is wrong with the carrier's rules.
        """
        rules, findings = read_checks(profile, self.settings.home)
        for finding in findings:
            raise ConfigurationError(finding.message, code=finding.code, place=finding.place, remedy=finding.remedy)
        return rules

    def ready_form(self, profile: FeedProfile) -> tuple[Form, Dialect]:
        """Compile a feed's mapping for a run.

        Raises:
          ConfigurationError: the first of its errors.
        """
        form, rules, findings = self.form(profile)
        for finding in findings:
            if finding.severity is Severity.ERROR:
                raise ConfigurationError(finding.message, code=finding.code, place=finding.place, remedy=finding.remedy)
        assert form is not None
        return form, rules


def open_workspace(home: Path) -> Workspace:
    """Read a workspace.

    Raises:
      ConfigurationError: ``edi834.toml`` itself is wrong.
    """
    settings = read_settings(home)
    feeds, carrier_findings = read_carriers(home)
    grants, grant_findings = read_grants(home)
    reports, report_findings = read_reports(home, feeds)
    findings = (*carrier_findings, *grant_findings, *report_findings)
    return Workspace(settings, tuple(feeds), tuple(grants), findings, tuple(reports))
