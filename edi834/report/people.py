"""How many people a file is about, in words: the counts of a plan or of a transmission."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["people_by_word", "people_words"]

_OF_THE_ENDED = {"cancelled": "of them never effective", "omitted": "of them by omission"}


def people_by_word(counts: Mapping[str, int]) -> dict[str, int]:
    """How many people, by what becomes of them in a reader's words; nothing of what happens to nobody."""
    return {_OF_THE_ENDED.get(word, word): n for word, n in counts.items() if n}


def people_words(counts: Mapping[str, int]) -> str:
    """The same in one line; empty where there is nobody."""
    return ", ".join(f"{n} {word}" for word, n in people_by_word(counts).items())
