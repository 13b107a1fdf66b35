"""Parts of schemas that several files share: ``[rules]``, ``[envelope]``, and the words that stand beside a key.

Words are taken from where the engine documents the key for its own readers: the ``Attributes:`` of a dataclass, the
values of a rule. Run without docstrings, a schema is the same but for its words.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import fields

from edi834.book import Dialect
from edi834.book.dialect import RuleKind
from edi834.mapping import ENVELOPE_KEYS, EnvelopeSettings
from edi834.mapping.guided.envelope import CHOICES, FLAGS, IDENTIFIERS
from edi834.workspace.schemas.recording import Shape

__all__ = ["attribute_words", "described", "envelope_schema", "rules_schema"]

_ATTRIBUTE = re.compile(r"  (\w+(?:, \w+)*): (.*)")
_ONE_MARK = ("element_separator", "component_separator", "repetition_separator", "segment_terminator")
_DEFAULT_MARKS = {
    "element_separator": "*",
    "component_separator": ":",
    "repetition_separator": "^",
    "segment_terminator": "~",
    "newline": "",
}
_MONTH_DAY = "^(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))?$"


def attribute_words(documented: type) -> dict[str, str]:
    """What a dataclass says of each of its attributes."""
    text = inspect.getdoc(documented) or ""
    section = text.partition("Attributes:\n")[2].partition("\n\n")[0]
    words: dict[str, str] = {}
    names: list[str] = []
    for line in section.splitlines():
        begun = _ATTRIBUTE.fullmatch(line)
        if begun:
            names = begun[1].split(", ")
            words |= dict.fromkeys(names, begun[2])
        elif names:
            words |= {name: f"{words[name]} {line.strip()}" for name in names}
    return {name: said.replace("``", "") for name, said in words.items()}


def described(shape: Shape, documented: type) -> Shape:
    """Put beside each key of an object what a dataclass says of its attribute of that name."""
    words = attribute_words(documented)
    for name, key in shape["properties"].items():
        if name in words:
            key.setdefault("description", words[name])
    return shape


def rules_schema(rules: type[Dialect]) -> Shape:
    """The schema of ``[rules]``; each value with what it means and where it was seen."""
    words = attribute_words(rules)
    properties: Shape = {}
    for rule in fields(rules):
        declared = rule.metadata
        values = [f"{value}: {meaning}" for value, meaning in declared["values"].items()]
        shapes: dict[RuleKind, Shape] = {
            RuleKind.CHOICE: {"enum": list(declared["values"])},
            RuleKind.DAYS: {"type": "integer", "minimum": -1},
            RuleKind.MONTH_DAY: {"type": "string", "pattern": _MONTH_DAY},
        }
        said = [words.get(rule.name, ""), *values, f"Seen: {declared['seen']}"]
        description = "\n".join(filter(None, said))
        properties[rule.name] = {**shapes[declared["kind"]], "default": rule.default, "description": description}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "description": "How the carrier wants changes reported.",
    }


def envelope_schema(settings: type[EnvelopeSettings]) -> Shape:
    """The schema of ``[envelope]``; nothing is required of one file, because a feed's lies over its mapping's."""
    words = attribute_words(settings)
    defaults = {**{f.name: f.default for f in fields(settings) if isinstance(f.default, str | bool)}, **_DEFAULT_MARKS}
    properties: Shape = {}
    for key in ENVELOPE_KEYS:
        shape = _envelope_key(key)
        if key in defaults:
            shape["default"] = defaults[key]
        if key in words:
            shape["description"] = words[key]
        properties[key] = shape
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "description": "Delimiters, characters and identifiers of the file's envelope.",
    }


def _envelope_key(key: str) -> Shape:
    if key in FLAGS:
        return {"type": "boolean"}
    if key in CHOICES:
        return {"enum": list(CHOICES[key])}
    if key in IDENTIFIERS:
        low, high = IDENTIFIERS[key]
        return {"type": "string", "minLength": low, "maxLength": high}
    if key in _ONE_MARK:
        return {"type": "string", "minLength": 1, "maxLength": 1}
    return {"type": "string", "maxLength": 1}
