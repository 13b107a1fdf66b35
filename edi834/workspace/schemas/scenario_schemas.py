"""Schemas of what stands beside a carrier for its tests: scenarios, their cast, and what must come of them.

A scenario's days name people as its author calls them, so every other key of a day is a person: their fields are the
model's own columns. What must be found wrong is one mistake: a file of the carrier, what is replaced in it, and the
code that is found.
"""

from __future__ import annotations

from collections.abc import Mapping

from edi834.book import Dialect
from edi834.model import (
    COVERAGE_COLUMNS,
    GROUP_COLUMNS,
    MEMBER_COLUMNS,
    OTHER_INSURANCE_COLUMNS,
    VOCABULARIES,
    FieldKind,
    ModelField,
)
from edi834.testpack.scenario import DAY_KEYS, KEYS, Cast, Scenario, ScenarioDay
from edi834.workspace.schemas.parts import attribute_words, rules_schema
from edi834.workspace.schemas.recording import Shape

__all__ = ["CODE", "cast_schema", "codes_schema", "expected_schema", "mistake_schema", "scenario_schema"]

CODE = "^E834-[0-9]{4}$"
_TEXT: Shape = {"type": "string", "minLength": 1}
_NAMES: Shape = {"type": "array", "items": _TEXT}
_MODES = ("changes", "full_audit", "full_replace")
_TAKEN_AWAY: Shape = {"const": "", "description": "An empty text takes away what was there."}


def scenario_schema(assigned: Mapping[str, Shape]) -> Shape:
    """Make the schema of a scenario, whose ``[set]`` and ``[categories]`` are a mapping's."""
    words = attribute_words(Scenario) | {"set": "What its mapping says besides the base, by address."}
    shapes: dict[str, Shape] = {
        "title": _TEXT,
        "row": {"type": "integer", "minimum": 1},
        "exercises": _TEXT,
        "story": _TEXT,
        "differs": {"type": "object", "additionalProperties": _TEXT},
        "complains": _NAMES,
        "mode": {"enum": list(_MODES), "default": "changes"},
        "rules": rules_schema(Dialect),
        "set": assigned["set"],
        "categories": assigned["categories"],
        "days": {"type": "array", "items": _day(), "minItems": 1},
        "benefits": {"type": "integer", "minimum": 1, "default": 1},
    }
    assert set(shapes) == KEYS, "the schema of a scenario has other keys than the reader of one"
    properties = {key: {"description": words[key], **shape} for key, shape in shapes.items()}
    return _table(properties, required=("title", "row", "exercises", "days"))


def cast_schema() -> Shape:
    """Make the schema of a cast: invented employers, people and coverages, by name."""
    kinds = {"groups": GROUP_COLUMNS, "people": MEMBER_COLUMNS, "coverages": COVERAGE_COLUMNS}
    words = attribute_words(Cast)
    return _table({
        name: {"type": "object", "description": words[name], "additionalProperties": _table(_columns(columns))}
        for name, columns in kinds.items()
    })  # fmt: skip


def expected_schema() -> Shape:
    """Make the schema of ``expected/pass/scenarios.toml``: by feed, the scenarios that are reported."""
    return {"type": "object", "additionalProperties": {**_NAMES, "minItems": 1}}


def mistake_schema() -> Shape:
    """Make the schema of ``expected/fail``: one mistake, and what must be found."""
    said = {
        "title": "What is wrong, in a phrase.",
        "code": "The code that must be found.",
        "place": "Where: a file of the carrier, and its line after a colon; without it the finding is about people.",
        "file": "The file of the carrier that the mistake is made in.",
        "old": "What stands there.",
        "new": "What it is replaced by.",
        "scenario": "Whom to tell, where the mistake only shows then.",
        "feed": "By which feed, where the carrier has several.",
    }
    properties: Shape = {key: {**_TEXT, "description": words} for key, words in said.items()}
    properties["code"]["pattern"] = CODE
    properties["new"] = {"type": "string", "description": said["new"]}
    return _table(properties, required=("title", "code", "file", "old", "new"))


def codes_schema() -> Shape:
    """Make the schema of the engine's own catalogue of codes."""
    properties: Shape = {
        "title": {**_TEXT, "description": "What it is, in a phrase."},
        "story": {**_TEXT, "description": "What happened, and why the engine acts so."},
        "remedy": {**_TEXT, "description": "What to do."},
        "elsewhere": {**_TEXT, "description": "What to do where the file is not ours."},
        "severity": {"enum": ["error", "warning", "note"], "description": "Of a finding."},
        "exit": {"type": "integer", "minimum": 0, "maximum": 130, "description": "The exit status of an error."},
    }
    story = _table(properties, required=("title", "story", "remedy"))
    return {"type": "object", "propertyNames": {"pattern": CODE}, "additionalProperties": story}


def _day() -> Shape:
    words = attribute_words(ScenarioDay)
    spans = _laid_over(COVERAGE_COLUMNS)
    person = _table({
        "cast": {**_TEXT, "description": "Who of the cast it is, where they are called otherwise here."},
        "coverages": spans,
        "other_insurance": _laid_over(OTHER_INSURANCE_COLUMNS),
        **_columns(MEMBER_COLUMNS),
    })  # fmt: skip
    own: Shape = {
        "as_of": {"type": "string", "format": "date", "description": words["as_of"]},
        "gone": {**_NAMES, "description": "Who is no longer in the snapshot."},
        "full": {"type": "boolean", "default": False, "description": words["is_full"]},
    }
    assert set(own) == DAY_KEYS, "the schema of a day has other keys than the reader of one"
    return {"type": "object", "properties": own, "additionalProperties": person, "required": ["as_of"]}


def _laid_over(columns: Mapping[str, ModelField]) -> Shape:
    """Rows by a name of the author's: what differs from before, or false where the row is gone."""
    return {"type": "object", "additionalProperties": {"anyOf": [{"const": False}, _table(_columns(columns))]}}


def _columns(columns: Mapping[str, ModelField]) -> dict[str, Shape]:
    return {name: _column(column) for name, column in columns.items()}


def _column(column: ModelField) -> Shape:
    kinds: dict[FieldKind, Shape] = {
        FieldKind.DATE: {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        FieldKind.FLAG: {"type": "boolean"},
        FieldKind.INTEGER: {"type": "integer"},
        FieldKind.MONEY: {"type": "number"},
    }
    shape = kinds.get(column.kind, {"type": "string"})
    if column.vocabulary is not None:
        shape = {"enum": sorted(VOCABULARIES[column.vocabulary])}
    return {"description": column.meaning, "anyOf": [shape, _TAKEN_AWAY]}


def _table(properties: Mapping[str, Shape], required: tuple[str, ...] = ()) -> Shape:
    shape: Shape = {"type": "object", "additionalProperties": False, "properties": dict(properties)}
    return shape | {"required": list(required)} if required else shape
