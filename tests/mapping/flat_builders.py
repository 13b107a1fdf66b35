"""Flat mappings as short as the stories they tell."""

from __future__ import annotations

from pathlib import Path

from edi834.book.statement import FamilyStatement
from edi834.mapping import Built, Layer, Surroundings, read_spec
from edi834.mapping.flat_build import build_flat
from edi834.mapping.flat_spec import CompiledFlat, compile_flat
from edi834.model import Finding
from tests.mapping.builders import AROUND

__all__ = ["FIXED", "SHORT", "built", "compiled", "findings_of", "lines", "short"]


def _shipped(name: str) -> Layer:
    text = (Path(__file__).parents[2] / "mappings" / f"{name}.toml").read_text(encoding="utf-8")
    return Layer(f"mappings/{name}.toml", text)


FIXED, DELIMITED = _shipped("fixed_eligibility"), _shipped("delimited_eligibility")

SHORT = """
format = "fixed"
[layout]
line_end = "LF"
{layout}
[[layout.record]]
name = "D"
level = "{level}"
fields = [
  {{ name = "record type", width = 1, value = "'D'" }},
  {fields}
]
"""


def compiled(*layers: Layer) -> CompiledFlat:
    spec, findings = read_spec(layers)
    assert spec is not None, findings
    mapping, findings = compile_flat(spec)
    assert mapping is not None, findings
    return mapping


def short(*fields: str, level: str = "person_coverage", layout: str = "") -> CompiledFlat:
    """A fixed mapping of one record, whose fields are written as in TOML."""
    return compiled(Layer("carrier.toml", SHORT.format(level=level, layout=layout, fields=",\n  ".join(fields))))


def findings_of(text: str, *bases: Layer) -> tuple[Finding, ...]:
    """Why a mapping cannot be compiled."""
    spec, findings = read_spec((*bases, Layer("carrier.toml", text)))
    if spec is None:
        return findings
    mapping, findings = compile_flat(spec)
    assert mapping is None
    return findings


def built(mapping: CompiledFlat, *families: FamilyStatement, around: Surroundings = AROUND) -> Built:
    return build_flat(mapping, around, families)


def lines(outcome: Built) -> list[str]:
    assert outcome.document is not None, outcome.findings
    return outcome.document.content.decode().splitlines()
