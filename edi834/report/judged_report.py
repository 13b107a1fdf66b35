"""What was found in a file, for a person, a script or an editor: lines, facts, and SARIF 2.1.0.

Each finding has the number of its segment, its address in the guide, its rule and its SNIP level; of the file nothing
is repeated, because its values are about people.
The page on which findings stand beside their segments is ``annotated_page.py``'s.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol
from urllib.parse import quote

from edi834 import __version__
from edi834.check.judgement import Found, Judgement
from edi834.model import Severity

__all__ = ["concise_line", "finding_event", "full_lines", "headline", "sarif", "shown_number"]

_MOST_OF_ONE_CODE = 25
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
_SET_NUMBER = re.compile(r"[0-9]{4,8}|[A-Z]{0,2}[0-9]{2,7}")
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"


class StoryWords(Protocol):
    """What is told of a code."""

    @property
    def title(self) -> str: ...

    @property
    def story(self) -> str: ...

    @property
    def remedy(self) -> str: ...


def headline(name: str, judgement: Judgement) -> str:
    """One line about a file: ``night.834: refused, 2 errors and 1 warning in 26 segments, 1 set, 2 people``."""
    counts = judgement.counts
    found = f"{_many(counts.errors, 'error')} and {_many(counts.warnings, 'warning')}"
    reported = f"{_many(counts.segments, 'segment')}, {_many(counts.sets, 'set')}, {counts.members:,} people"
    if judgement.second_opinion != "not asked":
        reported += f"; pyx12 read it {judgement.second_opinion}"
    return f"{name}: {judgement.verdict.value}, {found} in {reported}"


def full_lines(name: str, judgement: Judgement, remedy: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """The findings of a file as lines with their styles; of each code the first, and the number of the others."""
    seen: Counter[str] = Counter()
    for found in judgement.findings:
        seen[found.code] += 1
        if seen[found.code] > _MOST_OF_ONE_CODE:
            continue
        yield f"{found.code} {found.message}", _STYLES[found.severity]
        yield f"  --> {_place(name, found)}", ""
        if seen[found.code] == 1 and remedy(found.code):
            yield f"   |  help: {remedy(found.code)}", ""
    for code, number in judgement.by_code.items():
        if number > _MOST_OF_ONE_CODE:
            yield f"{code} and {number - _MOST_OF_ONE_CODE:,} more of this kind (--format concise lists more)", "dim"


def concise_line(name: str, found: Found) -> str:
    """A finding in one line, for editors and ``grep``: file, segment, address, rule, level, message."""
    place = f"{name}:{found.number}" if found.number else name
    path = f" {found.path}" if found.path else ""
    return f"{place}:{path} {found.code} {found.severity.value} SNIP{found.snip}: {found.message}"


def finding_event(name: str, found: Found, remedy: str) -> dict[str, Any]:
    """A finding as facts, for a script."""
    return {
        "code": found.code,
        "severity": found.severity.value,
        "message": found.message,
        "about": None,
        "where": _place(name, found),
        "remedy": remedy,
        "file": name,
        "number": found.number,
        "segment": found.segment,
        "loop": found.loop,
        "element": found.element,
        "path": found.path,
        "snip": found.snip,
        "interchange": found.interchange,
        "set": shown_number(found.set_number),
        "position": found.position,
    }


def shown_number(number: str) -> str:
    """ST02, where it looks like one: in a broken file anything may stand there."""
    return number if not number or _SET_NUMBER.fullmatch(number) else "?"


def sarif(judged: Iterable[tuple[str, Judgement]], story: Callable[[str], StoryWords]) -> str:
    """Every finding of these files as a SARIF 2.1.0 log.

    Args:
      judged: The files' names, relative to where the command ran, and what is thought of them.
      story: What is told of a code.
    """
    results: list[dict[str, Any]] = []
    rules: dict[str, dict[str, Any]] = {}
    for name, judgement in judged:
        for found in judgement.findings:
            rules.setdefault(found.code, _rule(found, story(found.code)))
            results.append(_result(name, found, list(rules).index(found.code)))
    driver = {"name": "edi834", "version": __version__, "rules": list(rules.values())}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(found: Found, reported: StoryWords) -> dict[str, Any]:
    return {
        "id": found.code,
        "shortDescription": {"text": reported.title or found.code},
        "fullDescription": {"text": reported.story or found.message},
        "help": {"text": reported.remedy or "edi834 explain tells the story behind a code."},
        "defaultConfiguration": {"level": _LEVELS[found.severity]},
    }


def _result(name: str, found: Found, index: int) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(name)}}
    location: dict[str, Any] = {"physicalLocation": physical}
    if found.path:
        location["logicalLocations"] = [{"fullyQualifiedName": found.path, "kind": "element"}]
    return {
        "ruleId": found.code,
        "ruleIndex": index,
        "level": _LEVELS[found.severity],
        "message": {"text": f"{found.message} (segment {found.number})" if found.number else found.message},
        "locations": [location],
        "properties": {
            "segment": found.number,
            "loop": found.loop,
            "set": shown_number(found.set_number),
            "position": found.position,
            "snip": found.snip,
        },
    }


def _place(name: str, found: Found) -> str:
    place = f"{name}:{found.number}" if found.number else name
    words = [found.path] if found.path else []
    words.append(f"SNIP {found.snip}")
    if found.set_number:
        words.append(f"set {shown_number(found.set_number)}, segment {found.position}")
    return f"{place} ({'; '.join(words)})"


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
