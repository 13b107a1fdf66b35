"""The law of flat files for every layout that ships: what is written of any Unicode text is read back, or refused."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.flat import (
    FlatField,
    FlatKind,
    FlatRecord,
    Layout,
    Level,
    Quoting,
    SignStyle,
    read_flat,
    settle,
    write_flat,
)
from edi834.mapping import Layer, read_spec
from edi834.mapping.flat_spec import CompiledFlat, compile_flat
from tests.flat.layouts import every_text, texts

pytestmark = pytest.mark.laws

ROOT = Path(__file__).parents[2]
BASES = {path.stem: path for path in (ROOT / "mappings").glob("*.toml")}
SHIPPED = sorted(
    path
    for folder in ("mappings", "carriers/*/mappings", "samples/workspace/carriers/*/mappings")
    for path in ROOT.glob(f"{folder}/*.toml")
)


@cache
def layout_of(path: Path) -> Layout | None:
    """The layout of a flat mapping; None where it is none."""
    layers = [Layer(path.as_posix(), path.read_text(encoding="utf-8"))]
    for base in BASES.values():
        if f'extends = "{base.stem}"' in layers[0].text:
            layers.insert(0, Layer(base.as_posix(), base.read_text(encoding="utf-8")))
    spec, findings = read_spec(layers, {"sender": "OURS"})
    assert spec is not None, findings
    if spec.format not in ("fixed", "delimited", "xlsx"):
        return None
    codes = {name: (path.parent.parent / one.path).read_text(encoding="utf-8") for name, one in spec.code_files.items()}
    compiled, findings = compile_flat(spec, codes)
    assert isinstance(compiled, CompiledFlat), findings
    return compiled.layout


LAYOUTS = {path.relative_to(ROOT).as_posix(): layout for path in SHIPPED if (layout := layout_of(path)) is not None}


def added_up(layout: Layout) -> set[str]:
    """The names of the fields that a trailer adds up: what stands in them is a number."""
    every = [field for record in layout.records for field in record.fields]
    return {name for field in every for name in (field.total, field.hash_total) if name}


def fitting(layout: Layout, field: FlatField, text: str, amount: int) -> str:
    """A value that the field can hold: as much of the text as its width has room for, or an amount."""
    if field.constant is not None or field.is_computed or field.is_filler:
        return ""
    if field.kind is FlatKind.TEXT and {field.name, field.series} & added_up(layout):
        return format(Decimal(abs(amount)).scaleb(-2), "f")
    if field.kind is FlatKind.TEXT:
        while field.width is not None and len(text.encode(layout.encoding.value)) > field.width:
            text = text[:-1]
        return text
    is_plain = field.sign is SignStyle.NONE or {field.name, field.series} & added_up(layout)
    return format(Decimal(abs(amount) if is_plain else amount).scaleb(-(field.decimals or 0)), "f")


@st.composite
def files(draw: st.DrawFn, layout: Layout) -> tuple[FlatRecord, ...]:
    """Records of a file: headers, people, trailers; in a person's record one text may be anything at all."""
    kept = texts(layout.encoding).map(lambda text: text.replace(layout.delimiter, "").replace('"', ""))
    words = draw(st.lists(kept if layout.quoting is Quoting.NONE else texts(layout.encoding), min_size=3, max_size=3))
    amount = draw(st.integers(-999, 999))

    def record(name: str, begin: int = 0) -> FlatRecord:
        fields = layout.record_type(name).fields
        return FlatRecord(name, tuple(fitting(layout, f, words[(n + begin) % 3], amount) for n, f in enumerate(fields)))

    def person(name: str) -> FlatRecord:
        made, fields = record(name, draw(st.integers(0, 2))), layout.record_type(name).fields
        free = [
            n
            for n, field in enumerate(fields)
            if field.kind is FlatKind.TEXT and field.constant is None and field.name not in added_up(layout)
        ]
        if not free or draw(st.booleans()):
            return made
        at = draw(st.sampled_from(free))
        return FlatRecord(name, (*made.values[:at], draw(every_text()), *made.values[at + 1 :]))

    def around(*levels: Level) -> list[FlatRecord]:
        return [record(one.name) for one in layout.records if one.level in levels]

    details = [one.name for one in layout.records if one.level.is_detail]
    people = [person(name) for name in draw(st.lists(st.sampled_from(details), min_size=1, max_size=4))]
    before, after = around(Level.FILE_HEADER, Level.GROUP_HEADER), around(Level.GROUP_TRAILER, Level.FILE_TRAILER)
    return (*before, *people, *after)


def test_every_flat_mapping_that_ships_is_among_them() -> None:
    assert len(LAYOUTS) >= 9
    assert {layout.kind.value for layout in LAYOUTS.values()} >= {"fixed", "delimited"}
    assert {"carriers/heron/mappings/retirees.toml", "carriers/ivory/mappings/qualified.toml",
            "carriers/jetty/mappings/fsa.toml", "carriers/kestrel/mappings/life.toml",
            "carriers/linden/mappings/eligibility.toml", "mappings/fixed_eligibility.toml",
            "mappings/delimited_eligibility.toml"} <= set(LAYOUTS)  # fmt: skip
    assert resources.files("mappings").is_dir()


@pytest.mark.parametrize("shipped", LAYOUTS)
@given(data=st.data())
def test_what_is_written_in_a_shipped_layout_is_read_back(shipped: str, data: st.DataObject) -> None:
    layout = LAYOUTS[shipped]
    drawn = data.draw(files(layout))
    settled = [(record, settle(layout, record)[1]) for record in drawn]
    records = [record for record, problems in settled if not any(p.is_error for p in problems)]

    written = write_flat(layout, records)

    assert written.content is not None, written.problems
    reading = read_flat(layout, written.content)
    assert reading.problems == ()
    assert reading.records == written.records
    assert write_flat(layout, written.records).content == written.content
