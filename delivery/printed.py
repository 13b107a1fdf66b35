"""A worklist on paper: a PDF or an HTML page, with a box to tick and room for a confirmation number at each family.

Everything that came from anywhere is text and is drawn as text, never as markup; nothing is cut off, and the same list
gives the same bytes. A character that the font has no sign for is printed as its number, never left out.
What stands on the list is ``edi834/mapping/paper.py``'s; nothing is written to disk here.
"""

from __future__ import annotations

import functools
import html
import io
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import jinja2
import pymupdf_fonts  # type: ignore[import-untyped]
from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.doctemplate import LayoutError

from edi834.errors import UnexpectedError
from edi834.mapping.paper import WorkItem, WorkLine, Worklist

__all__ = ["as_html", "as_pdf"]

_REGULAR, _BOLD = "edi834-regular", "edi834-bold"
_FONTS = {_REGULAR: "notos", _BOLD: "notosbo"}  # Noto Sans: Latin with every accent, Greek, Cyrillic

_INK, _GREY, _RULE, _SHADE = (
    colors.HexColor("#1a1a1a"),
    colors.HexColor("#5c5c5c"),
    colors.HexColor("#9a9a9a"),
    "#f1f1ee",
)
_MARGIN, _FOOT = 0.8 * inch, 0.7 * inch
_WIDTH = LETTER[0] - 2 * _MARGIN
_BOX = 11


def as_pdf(worklist: Worklist) -> bytes:
    """The worklist as PDF, on letter paper: a cover sheet, then the families.

    Raises:
      UnexpectedError: it could not be laid out.
    """
    _register_fonts()
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=LETTER,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN + _FOOT / 2,
        title=f"{worklist.title} {worklist.reference}",
        author=worklist.group,
        lang="en-US",
        invariant=1,
    )
    frame = Frame(_MARGIN, _MARGIN + _FOOT / 2, _WIDTH, LETTER[1] - 2 * _MARGIN - _FOOT / 2, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[frame]))
    story = [*_cover(worklist), PageBreak(), *(part for item in worklist.items for part in _family(item))]
    try:
        document.build(story, canvasmaker=functools.partial(_NumberedCanvas, foot=_foot_text(worklist)))
    except LayoutError:
        # Without its cause: reportlab quotes the paragraph, which is about people.
        raise UnexpectedError(f"the worklist {worklist.reference} could not be laid out", code="E834-0880") from None
    return out.getvalue()


def as_html(worklist: Worklist) -> str:
    """The worklist as one HTML page without anything from elsewhere, to be read or printed."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    template = (files("delivery") / "paper" / "worklist.html").read_text(encoding="utf-8")
    return environment.from_string(template).render(worklist=worklist)


class _NumberedCanvas(Canvas):  # type: ignore[misc]
    """A canvas that knows how many pages there are before it draws their feet."""

    def __init__(self, *arguments: Any, foot: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._foot = foot
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._draw_foot(number, len(self._pages))
            super().showPage()
        super().save()

    def _draw_foot(self, number: int, of: int) -> None:
        at = _MARGIN - 4
        self.setStrokeColor(_RULE)
        self.setLineWidth(0.5)
        self.line(_MARGIN, at + 12, LETTER[0] - _MARGIN, at + 12)
        self.setFillColor(_GREY)
        self.setFont(_REGULAR, 8)
        self.drawString(_MARGIN, at, self._foot)
        self.drawRightString(LETTER[0] - _MARGIN, at, f"page {number} of {of}")


class _Tick(Flowable):  # type: ignore[misc]
    """An empty box to tick."""

    def __init__(self) -> None:
        super().__init__()
        self.width = self.height = _BOX

    def draw(self) -> None:
        self.canv.setStrokeColor(_INK)
        self.canv.setLineWidth(1)
        self.canv.rect(0, -1, _BOX, _BOX)


@functools.cache
def _register_fonts() -> None:
    for name, font in _FONTS.items():
        pdfmetrics.registerFont(TTFont(name, io.BytesIO(pymupdf_fonts.fontbuffers[font]())))


def _style(
    size: float, *, bold: bool = False, colour: Any = _INK, before: float = 0, after: float = 0
) -> ParagraphStyle:
    return ParagraphStyle(
        "edi834",
        fontName=_BOLD if bold else _REGULAR,
        fontSize=size,
        leading=size * 1.35,
        textColor=colour,
        alignment=TA_LEFT,
        spaceBefore=before,
        spaceAfter=after,
        splitLongWords=1,
    )


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    """A paragraph that shows the text as it is: no markup of its own, no sign left out."""
    return Paragraph(html.escape(_printable(text, style.fontName)).replace("\n", "<br/>"), style)


def _printable(text: str, font: str) -> str:
    """The text with each sign that the font lacks as its number, ``[U+4E2D]``."""
    known = pdfmetrics.getFont(font).face.charToGlyph
    return "".join(sign if sign == "\n" or ord(sign) in known else f"[U+{ord(sign):04X}]" for sign in text)


def _foot_text(worklist: Worklist) -> str:
    text = f"{worklist.reference}  ·  {worklist.digest}  ·  {worklist.carrier}"
    while pdfmetrics.stringWidth(text, _REGULAR, 8) > _WIDTH - inch:
        text = text[:-2] + "…"
    return _printable(text, _REGULAR)


def _cover(worklist: Worklist) -> Iterator[Flowable]:
    people = sum(len({line.person for line in item.lines}) for item in worklist.items)
    again = sum(item.again for item in worklist.items)
    yield _text(worklist.group, _style(11, bold=True))
    yield _text(f"to {worklist.carrier}", _style(11, colour=_GREY, after=30))
    yield _text(worklist.title, _style(22, bold=True, after=16))
    facts = [
        ("As of", f"{worklist.as_of:%B} {worklist.as_of.day}, {worklist.as_of.year}"),
        ("Transmission", worklist.reference),
        ("Digest", worklist.digest),
        ("Feed", worklist.feed),
        ("Families", str(len(worklist.items)) + (f", of which {again} were asked for before" if again else "")),
        ("People", str(people)),
    ]
    rows = [[_text(label, _style(10, colour=_GREY)), _text(value, _style(10))] for label, value in facts]
    yield Table(rows, [1.3 * inch, _WIDTH - 1.3 * inch], splitInRow=1, style=TableStyle(_PLAIN), hAlign="LEFT")
    yield Spacer(0, 18)
    yield _text(_HOW_TO, _style(10, after=18))
    yield _text(worklist.notice, _style(9, colour=_GREY, after=30))
    blanks = [
        [_text(label, _style(9, colour=_GREY)), ""] for label in ("Received by", "Date", "All entered by", "Date")
    ]
    lines = [("LINEBELOW", (1, 0), (1, -1), 0.5, _RULE), ("VALIGN", (0, 0), (-1, -1), "BOTTOM")]
    yield Table(blanks, [1.3 * inch, 3 * inch], rowHeights=26, style=TableStyle(_PLAIN + lines), hAlign="LEFT")


def _family(item: WorkItem) -> Iterator[Flowable]:
    """One family: its head stays with the first of what happened."""
    head = f"{item.number}.  {item.family}" + ("   (asked for before)" if item.again else "")
    confirmation = _text("Confirmation no. ______________", _style(9, colour=_GREY))
    yield CondPageBreak(1.8 * inch)
    yield Table(
        [[_Tick(), _text(head, _style(11.5, bold=True)), confirmation]],
        [0.3 * inch, _WIDTH - 2.5 * inch, 2.2 * inch],
        splitInRow=1,
        style=TableStyle(
            [
                *_PLAIN,
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("BACKGROUND", (0, 0), (-1, -1), _SHADE),
                ("LEFTPADDING", (0, 0), (0, 0), 6),
                ("TOPPADDING", (0, 0), (-1, -1), 5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
            ]
        ),
    )
    for line in item.lines:
        yield from _line(line)
    yield Spacer(0, 14)


def _line(line: WorkLine) -> Iterator[Flowable]:
    when = f"effective {line.effective:%m/%d/%Y}" if line.effective else "effective at once"
    yield CondPageBreak(1.0 * inch)
    yield _text(f"{line.person}: {line.happened}, {when}", _style(10, bold=True, before=6, after=2))
    if line.rows:
        grey, ink = _style(8.5, colour=_GREY), _style(9.5)
        head = [_text(label, grey) for label in ("", "was", "is now")]
        rows = [[_text(label, grey), _text(old or "–", ink), _text(new or "–", ink)] for label, old, new in line.rows]
        yield Table(
            [head, *rows],
            [_WIDTH * 0.28, _WIDTH * 0.36, _WIDTH * 0.36],
            repeatRows=1,
            splitInRow=1,
            style=TableStyle(
                [*_PLAIN, ("LINEBELOW", (0, 0), (-1, -1), 0.25, _RULE), ("LEFTPADDING", (1, 0), (2, -1), 6)]
            ),
        )
    if line.why:
        yield _text(line.why, _style(8.5, colour=_GREY, before=2))


_PLAIN: list[tuple[Any, ...]] = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
]
_HOW_TO = (
    "Enter each family, tick its box, and write the confirmation number beside it. What is not ticked is asked for "
    "again on the next list. Return this sheet to whoever gave it to you."
)
