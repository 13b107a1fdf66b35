"""JSON Schemas (draft 2020-12) of every TOML file there is, made of the tables that the readers read by.

The reader of a file is run over a table that records what it is asked for, so a key that the engine reads is in the
schema and one that it does not read is not; words beside a key are the engine's own documentation of it.
A schema helps while one types; what it cannot know (expressions, guides, other files) is ``edi834 check``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edi834.book import Dialect
from edi834.feed.profile import (
    Answer,
    Carrier,
    ChannelOption,
    FeedProfile,
    Guards,
    KeyPins,
    OutboxProfile,
    SigningProfile,
)
from edi834.grants import Grant
from edi834.mapping import EnvelopeSettings
from edi834.mapping.spec import MappingSpec
from edi834.model import FIELDS, VOCABULARIES
from edi834.sources import SourceSettings
from edi834.sources.settings import TABLES, TABLES_WITH_EXTRAS
from edi834.workspace.carriers import IDENTIFIER, carrier_of, feed_of
from edi834.workspace.checks import CheckWords, checks_of, rule_of
from edi834.workspace.grants import grant_of
from edi834.workspace.reports import report_of
from edi834.workspace.schemas.mapping_schema import mapping_schema
from edi834.workspace.schemas.parts import attribute_words, described, envelope_schema, rules_schema
from edi834.workspace.schemas.recording import RecordingTable, Shape
from edi834.workspace.schemas.scenario_schemas import (
    cast_schema,
    codes_schema,
    expected_schema,
    mistake_schema,
    scenario_schema,
)
from edi834.workspace.settings import COLUMN, PaperSettings, WorkspaceSettings, settings_of
from edi834.x12.path import ADDRESS

__all__ = ["Schema", "every_schema"]

ChannelOptions = Mapping[str, Mapping[str, ChannelOption]]
"""Kind of channel → its options by name."""

_MAPPINGS = ("carriers/*/mappings/*.toml", "carriers/*/rosters/*.toml", "mappings/*.toml")
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class Schema:
    """The schema of one kind of file.

    Attributes:
      name: What it is called: ``feed``.
      files: Which files of a workspace it is for, as patterns; where several are for a file, the earliest is.
      content: The schema itself.
      is_of_workspace: Whether an operator writes such files; else they are the project's own.
    """

    name: str
    files: tuple[str, ...]
    content: Mapping[str, Any]
    is_of_workspace: bool = True


def every_schema(channels: ChannelOptions) -> tuple[Schema, ...]:
    """Make the schema of every kind of file.

    Args:
      channels: The channels there are, with their options.
    """
    carrier, folder = RecordingTable(), Path("carriers/example")
    made = carrier_of(carrier, folder / "carrier.toml")
    feed, grant, settings = RecordingTable(), RecordingTable(), RecordingTable()
    feed_of(feed, made)
    grant_of(grant, Path("grants/group/example.toml"))
    settings_of(settings, Path("home"))
    report = RecordingTable()
    report_of(report, Path("carriers/example/reports/report.toml"), ())
    mapping = _mapping()
    beside = "carriers/*/expected"
    return (
        _schema("workspace", ("edi834.toml",), "A workspace", _workspace(settings.shape)),
        _schema("carrier", ("carriers/*/carrier.toml",), "A carrier", _carrier(carrier.shape, channels)),
        _schema("feed", ("carriers/*/feeds/*.toml",), "A feed", _feed(feed.shape)),
        _schema("checks", ("carriers/*/checks.toml",), "A carrier's own rules", _checks()),
        _schema("mapping", _MAPPINGS, "A mapping", mapping),
        _schema("report", ("carriers/*/reports/*.toml",), "A carrier's report on people", _report(report.shape)),
        _schema("grant", ("grants/*/*.toml", "carriers/*/grant.toml"), "A Data Owner's grant", _grant(grant.shape)),
        _schema("expected", (f"{beside}/pass/scenarios.toml",), "The scenarios that are expected", expected_schema()),
        _schema("mistake", (f"{beside}/fail/*.toml",), "A mistake that is expected to be found", mistake_schema()),
        _schema("cast", ("samples/scenarios/cast.toml",), "Whom scenarios call on", cast_schema()),
        _schema(
            "scenario", (f"{beside}/pass/*.toml", "samples/scenarios/*.toml"), "A scenario",
            scenario_schema(mapping["properties"]),
        ),
        _schema("codes", ("edi834/codes/*.toml",), "The catalogue of codes", codes_schema(), is_of_workspace=False),
    )  # fmt: skip


def _schema(name: str, files: tuple[str, ...], title: str, shape: Shape, *, is_of_workspace: bool = True) -> Schema:
    head = {"$schema": _DRAFT, "$id": f"urn:edi834:schema:{name}", "title": title}
    return Schema(name, files, {**head, **shape}, is_of_workspace)


def _workspace(shape: Shape) -> Shape:
    tables = shape["properties"]
    described(tables["workspace"], WorkspaceSettings)
    described(tables["source"], SourceSettings)
    described(tables["paper"], PaperSettings)
    tables["ledger"]["properties"]["url"]["description"] = "Where the ledger is, an SQLAlchemy URL."
    source = tables["source"]["properties"]
    for name, columns in TABLES.items():
        source["columns"]["properties"][name] = {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                column: {"type": "string", "description": f"The house's name for it. {field.meaning}"}
                for column, field in columns.items()
            },
        }
    column = {"type": "string", "pattern": COLUMN.pattern}
    source["extra"]["properties"] = {name: {"type": "array", "items": column} for name in TABLES_WITH_EXTRAS}
    return shape


def _carrier(shape: Shape, channels: ChannelOptions) -> Shape:
    described(shape, Carrier)
    keys = shape["properties"]
    keys["id"] |= {"pattern": f"^{IDENTIFIER.pattern}$", "description": "Its name in this workspace: its folder's."}
    described(keys["key"], KeyPins)
    described(keys["outbox"], OutboxProfile)
    described(keys["signing"], SigningProfile)
    keys["channel"] = {"description": "How files reach it.", "oneOf": [_channel(k, o) for k, o in channels.items()]}
    shape["required"] = [*shape["required"], "channel"]
    unsealed = {"properties": {"seal": {"const": "none"}}, "required": ["seal"]}
    shape |= {"if": unsealed, "then": {"required": ["seal_reason"]}, "else": {"required": ["key"]}}
    return shape


def _channel(kind: str, options: Mapping[str, ChannelOption]) -> Shape:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {"kind": {"const": kind}, **{name: _option(option) for name, option in options.items()}},
        "required": ["kind", *(name for name, option in options.items() if option.required)],
    }


def _option(option: ChannelOption) -> Shape:
    if option.choices:
        return {"enum": list(option.choices)}
    if option.kind is list:
        return {"type": "array", "items": {"type": "string"}, "minItems": 1}
    return {"type": {str: "string", int: "integer", float: "number"}[option.kind]}


def _feed(shape: Shape) -> Shape:
    described(shape, FeedProfile)
    keys = shape["properties"]
    keys["id"] |= {"pattern": f"^{IDENTIFIER.pattern}$", "description": "Its name, unique in the workspace."}
    keys["benefits"]["items"] = {"enum": sorted(VOCABULARIES["benefit"])}
    keys |= {name: envelope_schema(EnvelopeSettings) for name in keys if name.endswith("envelope")}
    keys["rules"] = rules_schema(Dialect)
    keys["constants"] = {
        "type": "object",
        "additionalProperties": {"type": ["string", "integer", "number", "boolean"]},
        "description": "Texts that the mapping may use as feed.NAME.",
    }
    described(keys["guards"], Guards)
    described(keys["answer"], Answer)
    return shape


def _checks() -> Shape:
    table, rule = RecordingTable(), RecordingTable()
    checks_of(table, Path("carriers/example/checks.toml"), "")
    rule_of(rule, "", Path("carriers/example/checks.toml"), "")
    described(rule.shape, CheckWords)
    keys = rule.shape["properties"]
    keys["feeds"] = {"type": "array", "items": {"type": "string"}, "description": attribute_words(CheckWords)["feeds"]}
    keys["at"]["pattern"] = ADDRESS
    keys["when"] |= {
        "additionalProperties": False,
        "properties": {
            "at": {"type": "string", "pattern": ADDRESS},
            "is": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        },
        "required": ["at", "is"],
    }
    table.shape["properties"]["source"]["description"] = "The carrier's companion guide, and its date."
    table.shape["properties"]["rules"] = {"type": "object", "additionalProperties": rule.shape}
    return table.shape


def _report(shape: Shape) -> Shape:
    keys = shape["properties"]
    said = {
        "feed": "The feed whose people it speaks of.",
        "files": "By which names it is known: a pattern such as RPT_*.csv.",
        "layout": "delimited, or fixed: then a column is its first and last character.",
        "delimiter": "What divides the columns.",
        "header": "Whether the first line names the columns; else a column is its number.",
        "encoding": "How its letters are written.",
        "ignore": "Lines that begin so tell of nobody.",
        "columns": "Where each thing stands.",
        "verdicts": "The words that accept a person, and those that reject one.",
    }
    for name, words in said.items():
        keys[name]["description"] = words
    keys["delimiter"] |= {"minLength": 1, "maxLength": 1}
    return shape


def _mapping() -> Shape:
    return described(mapping_schema(envelope_schema(EnvelopeSettings), rules_schema(Dialect)), MappingSpec)


def _grant(shape: Shape) -> Shape:
    described(shape, Grant)
    keys = shape["properties"]
    keys["from"]["description"] = "First day of the permission."
    keys["to"]["description"] = "Last day; without it the permission stands until it is withdrawn."
    fields = [{"const": path, "description": field.meaning} for path, field in sorted(FIELDS.items())]
    extra = {"type": "string", "pattern": r"^(?:member|coverage)\.extra\.[A-Za-z][A-Za-z0-9_]*$"}
    for name in ("allow", "withhold"):
        keys["fields"]["properties"][name]["items"] = {"anyOf": [*fields, extra]}
    return shape
