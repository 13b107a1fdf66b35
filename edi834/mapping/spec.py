"""A mapping as it is written: the layers of TOML that extend each other, merged, with the place of every entry.

A later layer replaces an earlier one's entry of the same name, ``false`` takes it away, and tables of codes are merged
key by key; nothing is understood here beyond shapes, so an unknown key or a number where a text is due is found.
What addresses and expressions mean is ``compile.py``'s; which file a layer stands in is the workspace's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from edi834.errors import Place
from edi834.mapping.language import CodeTable, inline_table, table_from_csv
from edi834.mapping.source import TomlSource, read_toml, unknown_keys
from edi834.model import Finding, Severity

__all__ = [
    "CATEGORY",
    "FORMATS",
    "KEYS",
    "MOST_ITEMS",
    "TABLES",
    "Assignment",
    "CodeFile",
    "Layer",
    "MappingSpec",
    "base_of",
    "code_tables",
    "read_spec",
]

FORMATS = ("x12", "fixed", "delimited", "xlsx", "worklist")
TABLES = ("set", "codes", "tables", "rules", "constants", "envelope", "layout", "show", "categories")
KEYS = ("extends", "format", "truncate", *TABLES)
CATEGORY = r"^(?:2000/)?(?:2700/)?2750\[([^\[\]]{1,60})\](?:/(.+))?$"
"""An address of ``[set]`` within the reporting category of a name: ``2750[PAY LOCATION]/REF[LU]02``."""
_CATEGORY = re.compile(CATEGORY)
_LISTS = ("set", "categories")
MOST_ITEMS = 100
"""The expressions of one list; no segment is sent more often."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One file of a mapping.

    Attributes:
      path: The file, as the operator knows it.
      text: Its content.
    """

    path: str
    text: str

    @property
    def name(self) -> str:
        """The name by which another layer extends it."""
        return self.path.replace("\\", "/").rpartition("/")[2].removesuffix(".toml")


@dataclass(frozen=True, slots=True)
class Assignment:
    """One entry: what is assigned, and where that is written.

    Attributes:
      key: The address, label or name it is assigned to.
      source: The expression; None where ``false`` takes the address away.
      place: Where it is written.
      layer: The number of its layer, the base's is 0.
      items: Of a list of expressions each, with where it stands; none where it is one expression.
    """

    key: str
    source: str | None
    place: Place
    layer: int
    items: tuple[tuple[str, Place], ...] = ()


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A code table that stands in a CSV file.

    Attributes:
      name: As ``lookup`` names it.
      path: The file, relative to the layer that names it.
      layer_path: That layer's own path.
      place: Where it is named.
      shown: The file as the operator knows it, where it was found.
    """

    name: str
    path: str
    layer_path: str
    place: Place
    shown: str = ""


@dataclass(frozen=True, slots=True)
class MappingSpec:
    """A mapping, merged.

    Attributes:
      path: The most specific layer's path: the mapping's own.
      format: ``x12``, ``fixed``, ``delimited``, ``xlsx`` or ``worklist``.
      layers: The paths of all layers, the base first.
      assignments: Every entry of ``[set]``, the base's first; later ones of one address replace earlier ones.
      categories: Reporting categories by name, each with its entries.
      show: What a worklist shows, by label, in order.
      truncate: The addresses whose text may be cut to length.
      code_files: Code tables to be read from files, by name.
      inline: Code tables written in the mapping, by name, merged.
      inline_places: Where each of them is written last.
      inline_entries: By table and key, where the entry stands.
      constants: ``feed.NAME`` by name.
      envelope: Delimiters, characters and identifiers.
      envelope_places: Where each of them is written.
      rules: The knobs of change semantics, as they are written.
      rules_places: Where each of them is written.
      layout: The layout of a flat file, as it is written; a key of a later layer replaces the earlier one's.
      layout_sources: By key of the layout, the source it is from, which knows the places inside it.
      benefits: The benefits of the feed that it is for, where they are known.
    """

    path: str
    format: str = "x12"
    layers: tuple[str, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    categories: Mapping[str, tuple[Assignment, ...]] = field(default_factory=dict)
    show: tuple[Assignment, ...] = ()
    truncate: tuple[tuple[str, Place], ...] = ()
    code_files: Mapping[str, CodeFile] = field(default_factory=dict)
    inline: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    inline_places: Mapping[str, Place] = field(default_factory=dict)
    inline_entries: Mapping[str, Mapping[str, Place]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    envelope: Mapping[str, Any] = field(default_factory=dict)
    envelope_places: Mapping[str, Place] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)
    rules_places: Mapping[str, Place] = field(default_factory=dict)
    layout: Mapping[str, Any] = field(default_factory=dict)
    layout_sources: Mapping[str, TomlSource] = field(default_factory=dict)
    benefits: frozenset[str] = frozenset()

    @property
    def start(self) -> Place:
        """Where the mapping begins: the place of what stands nowhere in it."""
        return Place(self.path, 1, 1)


def base_of(layer: Layer) -> str | None:
    """The name a layer extends, None where it is a base or cannot be read (:func:`read_spec` then says why)."""
    source, _ = read_toml(layer.path, layer.text)
    name = source.content.get("extends") if source else None
    return name if isinstance(name, str) else None


def read_spec(
    layers: Sequence[Layer], constants: Mapping[str, str] | None = None
) -> tuple[MappingSpec | None, tuple[Finding, ...]]:
    """Read and merge the layers of a mapping.

    Args:
      layers: The base first, the most specific last; each but the first extends the one before it by name.
      constants: The feed's own constants, which replace the mapping's of the same name.

    Returns:
      The mapping, or None with every reason: what is not TOML, not known, or not of the right shape.
    """
    findings: list[Finding] = []
    sources = []
    for layer in layers:
        source, wrong = read_toml(layer.path, layer.text)
        findings.extend(wrong)
        if source is not None:
            sources.append(source)
            findings.extend(unknown_keys(source, (), list(source.content), KEYS))
            findings.extend(_wrong_shapes(source))
    if len(sources) == len(layers):
        findings.extend(_wrong_chain(layers, sources))
    if findings or not sources:
        return None, tuple(findings)
    merged = _merged(sources)
    return replace(merged, constants={**merged.constants, **(constants or {})}), ()


def code_tables(spec: MappingSpec, files: Mapping[str, str]) -> tuple[Mapping[str, CodeTable], tuple[Finding, ...]]:
    """Make every code table of a mapping.

    Args:
      spec: The mapping.
      files: The text of each of ``spec.code_files``, by the table's name.

    Returns:
      The tables by name, and why one could not be made.
    """
    tables = {
        name: inline_table(name, entries, spec.inline_places[name], spec.inline_entries.get(name))
        for name, entries in spec.inline.items()
    }
    findings: list[Finding] = []
    for name, file in spec.code_files.items():
        if name not in files:
            message = f"the code table {name!r} has no file {file.path}"
            findings.append(Finding("E834-0106", Severity.ERROR, message, place=file.place))
            continue
        table, wrong = table_from_csv(name, file.shown or file.path, files[name])
        findings.extend(wrong)
        if table is not None:
            tables[name] = table
    return tables, tuple(findings)


def _wrong_chain(layers: Sequence[Layer], sources: Sequence[TomlSource]) -> Iterator[Finding]:
    for number, source in enumerate(sources):
        extends = source.content.get("extends")
        expected = layers[number - 1].name if number else None
        if isinstance(extends, str | None) and extends != expected:
            message = f"the mapping extends {extends}, but stands on {expected}"
            yield Finding("E834-0105", Severity.ERROR, message, place=source.place("extends"))


def _wrong_shapes(source: TomlSource) -> Iterator[Finding]:
    content = source.content
    yield from _wrong_texts(source, (), {key: content[key] for key in ("extends", "format") if key in content})
    if content.get("format", "x12") not in FORMATS:
        yield _wrong(source, ("format",), f"the format must be one of {', '.join(FORMATS)}")
    for table in TABLES:
        if not isinstance(content.get(table, {}), dict):
            yield _wrong(source, (table,), f"{table} must be a table: [{table}]")
            return
    truncate = content.get("truncate", [])
    if not isinstance(truncate, list) or not all(isinstance(address, str) for address in truncate):
        yield _wrong(source, ("truncate",), "truncate must be a list of addresses")
    for table in ("codes", "constants"):
        yield from _wrong_texts(source, (table,), content.get(table, {}))
    for table in ("set", "show"):
        yield from _wrong_assignments(source, (table,), content.get(table, {}))
    yield from _wrong_tables(source, "tables", _wrong_texts)
    yield from _wrong_tables(source, "categories", _wrong_assignments)


_Check = Callable[[TomlSource, tuple[str, ...], Mapping[str, Any]], Iterator[Finding]]


def _wrong_tables(source: TomlSource, table: str, check: _Check) -> Iterator[Finding]:
    for name, entries in source.content.get(table, {}).items():
        if isinstance(entries, dict):
            yield from check(source, (table, name), entries)
        else:
            yield _wrong(source, (table, name), f"{table}.{name} must be a table")


def _wrong_texts(source: TomlSource, table: tuple[str, ...], entries: Mapping[str, Any]) -> Iterator[Finding]:
    for key, value in entries.items():
        if not isinstance(value, str):
            yield _wrong(source, (*table, key), f"{key} must be a text: write it in quotes")


def _wrong_assignments(source: TomlSource, table: tuple[str, ...], entries: Mapping[str, Any]) -> Iterator[Finding]:
    for key, value in entries.items():
        if isinstance(value, str) or value is False:
            continue
        if isinstance(value, list) and table[0] in _LISTS:
            if not 1 <= len(value) <= MOST_ITEMS or not all(isinstance(one, str) for one in value):
                yield _wrong(source, (*table, key), f"a list holds 1 to {MOST_ITEMS} expressions, each in quotes")
            continue
        hint = f"\"'{value}'\"" if isinstance(value, int | float) and value is not True else "\"'Y'\""
        what = "an expression in quotes, or false to send nothing"
        yield _wrong(source, (*table, key), f"{key} must be {what}; a fixed code is written {hint}")


def _wrong(source: TomlSource, keys: tuple[str, ...], message: str) -> Finding:
    return Finding("E834-0103", Severity.ERROR, message, place=source.place(*keys))


def _merged(sources: Sequence[TomlSource]) -> MappingSpec:
    tables = {name: _merged_table(sources, name) for name in ("constants", "envelope", "rules", "layout")}
    code_files, inline, inline_places = _merged_codes(sources)
    assigned, categories = _merged_set(sources)
    return MappingSpec(
        path=sources[-1].path,
        format=next((s.content["format"] for s in reversed(sources) if "format" in s.content), "x12"),
        layers=tuple(source.path for source in sources),
        assignments=assigned,
        categories=categories,
        show=_merged_show(sources),
        truncate=tuple(
            (address, source.place("truncate", number))
            for source in sources
            for number, address in enumerate(source.content.get("truncate", []))
        ),
        code_files=code_files,
        inline=inline,
        inline_places=inline_places,
        inline_entries=_inline_entries(sources, inline),
        constants=tables["constants"][0],
        envelope=tables["envelope"][0],
        envelope_places=_places("envelope", tables["envelope"][1]),
        rules=tables["rules"][0],
        rules_places=_places("rules", tables["rules"][1]),
        layout=tables["layout"][0],
        layout_sources=tables["layout"][1],
    )


def _merged_set(
    sources: Sequence[TomlSource],
) -> tuple[tuple[Assignment, ...], dict[str, tuple[Assignment, ...]]]:
    """Entries of ``[set]``, and reporting categories: a later table replaces one whole, a later address one entry."""
    assigned: list[Assignment] = []
    categories: dict[str, tuple[Assignment, ...]] = {}
    for number, source in enumerate(sources):
        for name, entries in source.content.get("categories", {}).items():
            categories[name] = tuple(_assignments(source, ("categories", name), entries, number))
        for one in _assignments(source, ("set",), source.content.get("set", {}), number):
            found = _CATEGORY.match(one.key)
            if found is None:
                assigned.append(one)
            elif found[2]:
                categories[found[1]] = (*categories.get(found[1], ()), replace(one, key=found[2]))
            elif one.source is None:
                categories.pop(found[1], None)
            else:
                categories[found[1]] = (*categories.get(found[1], ()), replace(one, key=""))
    return tuple(assigned), categories


def _merged_table(sources: Sequence[TomlSource], name: str) -> tuple[dict[str, Any], dict[str, TomlSource]]:
    values: dict[str, Any] = {}
    origins: dict[str, TomlSource] = {}
    for source in sources:
        for key, value in source.content.get(name, {}).items():
            values[key], origins[key] = value, source
    return values, origins


def _places(table: str, origins: Mapping[str, TomlSource]) -> dict[str, Place]:
    return {key: source.place(table, key) for key, source in origins.items()}


def _assignments(
    source: TomlSource, table: tuple[str, ...], entries: Mapping[str, Any], layer: int
) -> Iterator[Assignment]:
    for key, value in entries.items():
        place = source.place(*table, key)
        if isinstance(value, list):
            items = tuple((one, source.place(*table, key, number)) for number, one in enumerate(value))
            yield Assignment(key, f"[{', '.join(value)}]", place, layer, items)
        else:
            yield Assignment(key, None if value is False else value, place, layer)


def _merged_show(sources: Sequence[TomlSource]) -> tuple[Assignment, ...]:
    shown: dict[str, Assignment] = {}
    for number, source in enumerate(sources):
        for assignment in _assignments(source, ("show",), source.content.get("show", {}), number):
            shown[assignment.key] = assignment
            if assignment.source is None:
                del shown[assignment.key]
    return tuple(shown.values())


def _merged_codes(
    sources: Sequence[TomlSource],
) -> tuple[dict[str, CodeFile], dict[str, dict[str, str]], dict[str, Place]]:
    """Later layers' entries replace earlier ones key by key; a file replaces an inline table, and the other way."""
    files: dict[str, CodeFile] = {}
    inline: dict[str, dict[str, str]] = {}
    places: dict[str, Place] = {}
    for source in sources:
        for name, entries in source.content.get("tables", {}).items():
            inline[name] = {**inline.get(name, {}), **entries} if name not in files else dict(entries)
            files.pop(name, None)
            places[name] = source.place("tables", name)
        for name, path in source.content.get("codes", {}).items():
            files[name] = CodeFile(name, path, source.path, source.place("codes", name))
            inline.pop(name, None)
    return files, inline, places


def _inline_entries(
    sources: Sequence[TomlSource], inline: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, Place]]:
    """Where each entry stands: in the last layer that has it."""
    found: dict[str, dict[str, Place]] = {name: {} for name in inline}
    for source in sources:
        for name, entries in source.content.get("tables", {}).items():
            if name in inline:
                found[name] |= {key: source.place("tables", name, key) for key in entries}
    return found
