"""The story behind each code: what it means, why it is so, what to do; data in ``edi834/codes/*.toml``.

A code is stable for ever; its story may be told better. Whoever raises or finds it gives the particulars.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

__all__ = ["Story", "all_stories", "story_of"]


@dataclass(frozen=True, slots=True)
class Story:
    """What ``edi834 explain`` tells of one code.

    Attributes:
      title: What it is, in a phrase.
      story: What happened and why the engine acts so.
      remedy: What to do.
      elsewhere: What to do where the file is not ours; "" where that is the same.
    """

    title: str = ""
    story: str = ""
    remedy: str = ""
    elsewhere: str = ""


@cache
def all_stories() -> Mapping[str, Story]:
    """Every code's story, by code."""
    stories: dict[str, Story] = {}
    for file in sorted(resources.files("edi834.codes").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            for code, reported in tomllib.loads(file.read_text(encoding="utf-8")).items():
                words = (str(reported.get(key, "")) for key in ("title", "story", "remedy", "elsewhere"))
                stories[code] = Story(*words)
    return MappingProxyType(stories)


def story_of(code: str) -> Story:
    """A code's story; an empty one where it has none."""
    return all_stories().get(code, Story())
