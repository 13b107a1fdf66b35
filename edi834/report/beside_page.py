"""Two 834s side by side as one self-contained page: it asks nothing of any server, and works opened from disk.

Segments travel as text, masked already, with the guide's words beside them; the page draws only what it shows.
Form and behaviour are the templates' in ``pages/``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from edi834.report.annotated import Annotated
from edi834.report.annotated_page import Words, environment, findings_of, script_text
from edi834.report.beside import Standing, Together
from edi834.report.beside_lines import beside_counts

__all__ = ["beside_page"]

_STANDINGS = tuple(Standing)


def beside_page(
    first: Annotated, second: Annotated, parts: Sequence[Together], remedy: Callable[[str], str], *, reason: str = ""
) -> bytes:
    """Draw the page.

    Args:
      first: The one file.
      second: The other.
      parts: Both, aligned.
      remedy: What to do about a code.
      reason: Why values are revealed, where they are.
    """
    words = Words()
    facts = {
        "marks": [one.marks.element for one in (first, second)],
        "sides": [_side(one, words, remedy) for one in (first, second)],
        "defs": words.definitions,
        "parts": [_part(part) for part in parts],
    }
    text = environment().get_template("beside.html.j2").render(
        first=first, second=second, revealed=first.revealed, reason=reason, counts=beside_counts(parts),
        facts=script_text(facts),
    )  # fmt: skip
    return text.encode("utf-8")


def _side(one: Annotated, words: Words, remedy: Callable[[str], str]) -> dict[str, Any]:
    return {
        "name": one.name,
        "raw": [row.raw for row in one.rows],
        "at": [words.number_of(row) for row in one.rows],
        **findings_of(one, remedy),
    }


def _part(part: Together) -> list[Any]:
    twins = [[twin.first.number if twin.first else 0, twin.second.number if twin.second else 0, list(twin.different)]
             for twin in part.twins]  # fmt: skip
    return [part.title, int(part.kind == "family"), _STANDINGS.index(part.standing), twins]
