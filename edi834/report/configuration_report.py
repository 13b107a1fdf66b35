"""What was found in the operator's files, for editors and code hosts: one line each, and SARIF 2.1.0.

Only configuration is shown: places, their lines, and what is wrong with them; nothing about people stands there.
How findings look on a terminal is ``edi834/commands/output.py``'s; what was found in an 834 is ``judged_report.py``'s.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from edi834 import __version__
from edi834.errors import Place
from edi834.model import Finding, Severity
from edi834.report.judged_report import StoryWords

__all__ = ["configuration_sarif", "one_line"]

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"


def one_line(finding: Finding) -> str:
    """A finding in one line, as compilers write them: ``path:line:column: code level: message``."""
    place = finding.place
    if place is None:
        return f"{finding.code} {finding.severity.value}: {finding.message}"
    at = ":".join(str(part) for part in (place.path, place.line, place.column) if part is not None)
    return f"{at}: {finding.code} {finding.severity.value}: {finding.message}"


def configuration_sarif(findings: Iterable[Finding], story: Callable[[str], StoryWords]) -> str:
    """Every finding as a SARIF 2.1.0 log; paths are relative to the workspace.

    Args:
      findings: What was found.
      story: What is told of a code.
    """
    rules: dict[str, dict[str, Any]] = {}
    results: list[dict[str, Any]] = []
    for finding in findings:
        reported = story(finding.code)
        rules.setdefault(
            finding.code,
            {
                "id": finding.code,
                "shortDescription": {"text": reported.title or finding.code},
                "fullDescription": {"text": reported.story or finding.message},
                "help": {"text": reported.remedy or "edi834 explain tells the story behind a code."},
                "defaultConfiguration": {"level": _LEVELS[finding.severity]},
            },
        )
        results.append(_result(finding, list(rules).index(finding.code), finding.remedy or reported.remedy))
    driver = {"name": "edi834", "version": __version__, "rules": list(rules.values())}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _result(finding: Finding, index: int, remedy: str) -> dict[str, Any]:
    help_ = f"{finding.message}. Help: {remedy}" if remedy else finding.message
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": help_},
    }
    if finding.place is not None:
        result["locations"] = [{"physicalLocation": _location(finding.place)}]
    return result


def _location(place: Place) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(place.path)}}
    if place.line is not None:
        region: dict[str, Any] = {"startLine": place.line}
        if place.column is not None:
            region["startColumn"] = place.column
        if place.excerpt:
            region["snippet"] = {"text": place.excerpt}
        location["region"] = region
    return location
