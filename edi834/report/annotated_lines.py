"""The annotated 834 in a terminal: families, people and segments, each element named and decoded, findings in place.

Lines come with the style that a terminal may give them; what is masked is masked before it gets here.
The same file as a page is ``annotated_page.py``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from edi834.check.judgement import Found
from edi834.model import Severity
from edi834.report.annotated import Annotated, Block, Row
from edi834.report.judged_report import headline
from edi834.report.provenance import Ours
from edi834.x12 import ElementDef, code_meaning
from edi834.x12.formats import read_d8, read_rd8

__all__ = ["annotated_lines", "finding_lines", "ours_words"]

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
_DEPTHS = {"2100": 1, "2200": 1, "2300": 1, "2310": 2, "2320": 2, "2330": 3, "2700": 2, "2750": 3}


def annotated_lines(
    annotated: Annotated, remedy: Callable[[str], str], *, only_findings: bool = False
) -> Iterator[tuple[str, str]]:
    """Give a file as lines with their styles.

    Args:
      annotated: The file.
      remedy: What to do about a code.
      only_findings: Leave out the blocks in which nothing was found.
    """
    yield from _banner(annotated)
    by_segment: dict[int, list[Found]] = {}
    for found in annotated.judgement.findings:
        by_segment.setdefault(found.number, []).append(found)
    for found in by_segment.get(0, ()):
        yield from finding_lines(found, remedy, "")
    for block in annotated.blocks:
        if only_findings and not any(number in by_segment for number in range(block.first, block.last + 1)):
            continue
        yield "", ""
        yield _block_title(block), "bold"
        people = {one.first: one for one in block.kin}
        for row in annotated.rows[block.first - 1 : block.last]:
            if row.number in people:
                kin = people[row.number]
                words = [kin.name, _meaning_of("INS", 2, row, kin.relationship), _meaning_of("INS", 3, row, kin.action)]
                yield "  " + " · ".join(word for word in words if word), "bold"
            yield from _segment(row, annotated)
            for found in by_segment.get(row.number, ()):
                yield from finding_lines(found, remedy, " " * 8)


def _banner(annotated: Annotated) -> Iterator[tuple[str, str]]:
    yield headline(annotated.name, annotated.judgement), "bold"
    for one in annotated.judgement.interchanges[:10]:
        header = one.reported.header
        usage = "TEST" if header.usage == "T" else "PRODUCTION"
        versions = ", ".join(sorted({group.version for group, _ in one.reported.groups}))
        words = f"{usage}  {header.sender_id} → {header.receiver_id}  number {header.control_number:09}  {versions}"
        yield words, "cyan" if header.usage == "T" else "bold magenta"
    yield f"SHA-256 {annotated.digest}", "dim"
    if annotated.ours is not None:
        yield ours_words(annotated.ours), "cyan"


def ours_words(ours: Ours) -> str:
    """Whose file it is, and how its elements are explained."""
    sent = f", transmission {ours.transmission}" if ours.transmission else ""
    changed = "; the mapping has changed since, and is shown as it is now" if ours.is_changed else ""
    return f"feed {ours.feed} to {ours.carrier}{sent}, by mapping {ours.mapping}{changed}"


def _block_title(block: Block) -> str:
    reported = f"  ({', '.join(sorted(block.reported))})" if block.reported else ""
    people = f"  {len(block.kin)} {'person' if len(block.kin) == 1 else 'people'}" if block.kin else ""
    return f"── {block.title}{people}{reported}  segments {block.first:,} to {block.last:,}"


def _segment(row: Row, annotated: Annotated) -> Iterator[tuple[str, str]]:
    indent = "  " * _DEPTHS.get(row.loop[:4], 0)
    place = f"{row.loop}  " if row.loop and not row.loop.endswith("_LOOP") else ""
    name = row.definition.name if row.definition else "the guide does not have this segment here"
    yield f"{row.number:>6}  {indent}{row.id:<3}  {place}{name}", "cyan"
    if row.definition is None:
        yield f"        {indent}     {row.raw}", ""
        return
    texts = row.raw.split(annotated.marks.element)
    for n, text in enumerate(texts[1:], start=1):
        element = row.definition.element(n)
        if not text.strip():
            continue
        if element is None:
            yield f"        {indent}     {row.id}{n:02}  {text}", ""
            continue
        for ref, what, value, means in _words(element, text, texts[n - 1], annotated):
            yield f"        {indent}     {ref:<8} {what:<36} {value.strip()}{f'  {means}' if means else ''}", ""
            if annotated.ours is not None:
                origin = annotated.ours.origin(row.loop, row.id, texts[1], ref.removeprefix(row.id))
                if origin:
                    yield f"        {indent}     {'':<8} ← {origin}", "dim"


def _words(element: ElementDef, text: str, before: str, annotated: Annotated) -> Iterator[tuple[str, str, str, str]]:
    marks = annotated.marks
    for one in text.split(marks.repetition) if element.max_repeat > 1 else [text]:
        if not element.components:
            yield element.ref, element.name, one, _meaning(element, one, before)
            continue
        for part, value in zip(element.components, one.split(marks.component), strict=False):
            if value:
                yield part.ref, part.name, value, _meaning(part, value, "")


def _meaning(element: ElementDef, value: str, before: str) -> str:
    if element.type == "DT" or (element.number == "1251" and before == "D8"):
        day = read_d8(value)
        return day.isoformat() if day else ""
    if element.number == "1251" and before == "RD8":
        return " to ".join(day.isoformat() for day in read_rd8(value) or ())
    return code_meaning(element, value)


def _meaning_of(segment: str, n: int, row: Row, value: str) -> str:
    element = row.definition.element(n) if row.definition and row.definition.id == segment else None
    return code_meaning(element, value) if element and value else ""


def finding_lines(found: Found, remedy: Callable[[str], str], indent: str) -> Iterator[tuple[str, str]]:
    yield (
        f"{indent}▲ {found.code} {found.message}  ({found.path or 'the file'}; SNIP {found.snip})",
        _STYLES[found.severity],
    )
    if remedy(found.code):
        yield f"{indent}  help: {remedy(found.code)}", "dim"
