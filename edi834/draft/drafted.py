"""The draft: for each address of the sample the expression that fits best, and for each line how sure it is.

What the base mapping already gives is left to it. A line stands only if the mapping with it compiles, so a draft
passes the check; what could not be said is a comment for a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from edi834.draft.around import around_of, envelope_of
from edi834.draft.choosing import Drafting
from edi834.draft.companion import Asked, weighed
from edi834.draft.reading import ReadSample
from edi834.draft.snapshot import Known
from edi834.draft.wording import Line, mapping_text
from edi834.mapping import CompiledMapping, Layer, Surroundings, compile_x12, read_spec
from edi834.mapping.guided.envelope import EnvelopeSettings, envelope_settings
from edi834.model import Finding

__all__ = ["Draft", "draft_mapping"]


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A drafted mapping.

    Attributes:
      text: The mapping, as TOML, with a comment on each line.
      compiled: It, compiled.
      envelope: Its envelope.
      sample: The sample it is drafted from.
      around: What is the same for everybody in the sample.
      lines: What it says otherwise than the base.
    """

    text: str
    compiled: CompiledMapping = field(repr=False)
    envelope: EnvelopeSettings = field(repr=False)
    sample: ReadSample = field(repr=False)
    around: Surroundings = field(repr=False)
    lines: tuple[Line, ...]


def draft_mapping(
    sample: ReadSample, base: Layer, name: str, known: Known | None = None, guide: Sequence[Asked] = ()
) -> Draft:
    """Draft a mapping from a sample.

    Args:
      sample: The sample, read; with people of ``known``, where there is a snapshot.
      base: The shipped mapping that the draft extends.
      name: The sample's own name, as the draft says what it was made from.
      known: The snapshot's people.
      guide: The rows of the carrier's companion guide.
    """
    compiled = _compiled_base(base)
    settings = envelope_of(sample.interchange)
    envelope, _ = envelope_settings({**compiled.spec.envelope, **settings})
    assert envelope is not None, "an envelope that was read can be written"
    around = around_of(sample, known)
    drafting = Drafting(sample, compiled, envelope, around, has_snapshot=known is not None)
    lines = weighed(list(drafting.lines()), guide, drafting.fields, sample.addresses)
    while True:
        text, places = mapping_text(name, sample, settings, lines, has_snapshot=known is not None, guide=len(guide))
        whole, wrong = _compiled([base, Layer("draft.toml", text)])
        if whole is not None:
            return Draft(text, whole, envelope, sample, around, tuple(lines))
        lines = _without(lines, places, wrong)


@lru_cache(maxsize=4)
def _compiled_base(base: Layer) -> CompiledMapping:
    compiled, findings = _compiled([base])
    assert compiled is not None, f"the base mapping compiles: {findings}"
    return compiled


def _compiled(layers: Sequence[Layer]) -> tuple[CompiledMapping | None, tuple[Finding, ...]]:
    spec, findings = read_spec(layers)
    return compile_x12(spec) if spec is not None else (None, findings)


def _without(lines: list[Line], places: Mapping[int, Line], wrong: Sequence[Finding]) -> list[Line]:
    """The lines without those that cannot stand: with a place, those; else the last one that can be left out."""
    at = [f.place.line for f in wrong if f.place is not None]
    named = {id(places[line]) for line in at if line is not None and line in places}
    named &= {id(line) for line in lines if line.source is not None}
    if not named:
        said = [line for line in lines if line.source is not None]
        near = [line for line in said if wrong and line.address.partition("/")[0] in wrong[0].message]
        named = {id((near or said)[-1])}
    return [line.unsaid(wrong[0].message) if id(line) in named else line for line in lines]
