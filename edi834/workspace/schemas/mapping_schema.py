"""The schema of a mapping: its addresses are the guide's, with their business names; its layout is a flat file's.

A layer that extends another need not repeat the format, so addresses are held to a grammar only where the format is
known from the file itself. What is assigned to an address is an expression, and is checked by ``edi834 check``.
"""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from types import UnionType
from typing import Any, get_args, get_type_hints

from edi834 import flat
from edi834.mapping.flat_layout.fields import EACH, FIELD_KEYS, MOST_TIMES
from edi834.mapping.flat_spec import CASES, LAYOUT_KEYS, RECORD_KEYS
from edi834.mapping.spec import CATEGORY, FORMATS, KEYS, MOST_ITEMS
from edi834.model import VOCABULARIES
from edi834.workspace.schemas.parts import attribute_words
from edi834.workspace.schemas.recording import Shape
from edi834.x12 import GUIDE_005010X220A1, every_path
from edi834.x12.path import ADDRESS, IN_A_LOOP

__all__ = ["mapping_schema"]

_BASES = {"x12_834_5010": "x12"}
_TEXT: Shape = {"type": "string"}
_TEXTS: Shape = {"type": "object", "additionalProperties": _TEXT}
_ASSIGNED: Shape = {
    "anyOf": [{"type": "string", "minLength": 1}, {"const": False}],
    "description": "An expression, or false to send nothing.",
}
_LISTED: Shape = {
    "anyOf": [
        *_ASSIGNED["anyOf"],
        {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1, "maxItems": MOST_ITEMS},
    ],
    "description": "An expression, false to send nothing, or a list: a segment or repetition for each of its values.",
}
_NAMED_OTHERWISE = {"null": "absent"}
"""Keys of a layout that the layout's own classes have under another name."""


def mapping_schema(envelope: Shape, rules: Shape) -> Shape:
    """Make the schema of a mapping's file, with these for ``[envelope]`` and ``[rules]``."""
    assignments = {"type": "object", "additionalProperties": _ASSIGNED}
    listed = {"type": "object", "additionalProperties": _LISTED}
    properties: Shape = {
        "extends": {**_TEXT, "description": "The mapping that this one changes: a file beside it, or a shipped one."},
        "format": {"enum": list(FORMATS), "default": "x12"},
        "truncate": {"type": "array", "items": _TEXT},
        "set": {**listed, "description": "Address = expression; false takes an address away."},
        "codes": {**_TEXTS, "description": "Code tables that stand in CSV files, by name."},
        "tables": {"type": "object", "additionalProperties": _TEXTS, "description": "Code tables, by name."},
        "rules": rules,
        "constants": {**_TEXTS, "description": "Texts that expressions may use as feed.NAME."},
        "envelope": envelope,
        "layout": _layout(),
        "show": {**assignments, "description": "What a worklist shows: label = expression, in order."},
        "categories": {"type": "object", "additionalProperties": _within(IN_A_LOOP, _LISTED)},
    }
    assert set(properties) == set(KEYS), "the schema of a mapping has other keys than the reader of one"
    x12 = {"if": _says("x12"), "then": {"properties": {"set": _addresses(), "layout": False, "show": False}}}
    unknown_to_flat: Shape = dict.fromkeys(("categories", "show", "envelope"), False)
    in_flat = {"properties": {"set": _within("^[^/]+/.+$"), **unknown_to_flat}}
    flat_file = {"if": _says("fixed", "delimited", "xlsx"), "then": in_flat}
    worklist = {"if": _says("worklist"), "then": {"properties": dict.fromkeys(("set", "layout", "categories"), False)}}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "allOf": [x12, flat_file, worklist],
    }


def _says(*formats: str) -> Shape:
    """Where the file itself says the format: by name, by the shipped mapping it extends, or by neither."""
    said: list[Shape] = [{"properties": {"format": {"enum": list(formats)}}, "required": ["format"]}]
    bases = [base for base, format_ in _BASES.items() if format_ in formats]
    if bases:
        said.append({"properties": {"extends": {"enum": bases}}, "required": ["extends"]})
        said.append({"not": {"anyOf": [{"required": ["format"]}, {"required": ["extends"]}]}})
    return {"anyOf": said}


def _addresses() -> Shape:
    named = {
        str(found.path): {"description": f"{found.loop.name}: {found.name}"}
        for found in every_path(GUIDE_005010X220A1)
        if found.path.loop != "ST_LOOP"
    }
    return {**_within(f"{ADDRESS}|{CATEGORY}", _LISTED), "properties": {k: _LISTED | v for k, v in named.items()}}


def _within(pattern: str, assigned: Shape = _ASSIGNED) -> Shape:
    return {"type": "object", "propertyNames": {"pattern": pattern}, "additionalProperties": assigned}


def _layout() -> Shape:
    field = {
        "type": "object",
        "additionalProperties": False,
        "properties": {key: _key(flat.FlatField, key) for key in FIELD_KEYS},
        "oneOf": [{"required": ["name"]}, {"required": ["filler"]}],
    }
    record: Shape = {
        "type": "object",
        "additionalProperties": False,
        "properties": {key: _key(flat.RecordType, key) for key in RECORD_KEYS},
        "required": list(RECORD_KEYS),
    }
    inner = {"type": "array", "items": {"anyOf": [field, _group({"type": "array", "items": field})]}, "minItems": 1}
    record["properties"]["fields"] = {"type": "array", "items": {"anyOf": [field, _group(inner)]}, "minItems": 1}
    keys = {key: _key(flat.Layout, key) for key in LAYOUT_KEYS}
    keys["record"] = {"type": "array", "items": record, "minItems": 1}
    return {"type": "object", "additionalProperties": False, "properties": keys}


def _group(inner: Shape) -> Shape:
    """A repeated group of fields: one for each of several dependents or spans, in one record."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "each": {"enum": list(EACH), "description": "What the group stands for."},
            "times": {
                "type": "integer",
                "minimum": 1,
                "maximum": MOST_TIMES,
                "description": "How many places there are.",
            },
            "benefits": {
                "type": "array",
                "items": {"enum": sorted(VOCABULARIES["benefit"])},
                "minItems": 1,
                "uniqueItems": True,
                "description": "One place for a span of each of these benefits.",
            },
            "fields": inner,
        },
        "required": ["each", "fields"],
        "oneOf": [{"required": ["times"]}, {"required": ["benefits"]}],
    }


def _key(owner: type, key: str) -> Shape:
    """One key of a layout, of the type that the layout's own class gives it."""
    name = _NAMED_OTHERWISE.get(key, key)
    hints = get_type_hints(owner)
    if name not in hints:
        other: Shape = _OTHERS.get(key, {})
        return other
    shape = _of_type(hints[name])
    default = next((f.default for f in fields(owner) if f.name == name), None)
    if isinstance(default, str | int | bool):
        shape["default"] = str(default) if isinstance(default, StrEnum) else default
    words = attribute_words(owner)
    return {**shape, "description": words[name]} if name in words else shape


def _of_type(hint: Any) -> Shape:
    if isinstance(hint, UnionType):
        hint = next(one for one in get_args(hint) if one is not type(None))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"enum": [str(one) for one in hint]}
    return {"type": {str: "string", int: "integer", bool: "boolean"}[hint]} if hint in (str, int, bool) else {}


_OTHERS: Shape = {
    "value": {**_TEXT, "minLength": 1, "description": "The expression that gives the field's value."},
    "filler": {
        "anyOf": [{"type": "integer", "minimum": 1}, {"const": "rest"}],
        "description": 'A field that never holds anything: its width, or "rest" for what record_length leaves.',
    },
    "transliterate": {
        "type": "boolean",
        "default": True,
        "description": "Whether letters that the encoding lacks become others.",
    },
    "case": {"enum": list(CASES), "default": "as_is", "description": "Whether text is written in capitals."},
}
"""Keys that a layout's own classes do not have: they are the mapping's."""
