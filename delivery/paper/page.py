"""The sheet that a worklist is printed on: its size, its letterhead, and the foot of every page.

The letterhead is the workspace's own, for whoever runs the system under a name of theirs; the foot is the system's mark
and always the same: which transmission, which digest, which page of how many.
What stands between the two is ``delivery/printed.py``'s; nothing here depends on the clock or the machine.
"""

from __future__ import annotations

import functools
import html
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pymupdf_fonts  # type: ignore[import-untyped]
from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Image, Paragraph, Spacer, Table, TableStyle

from edi834.errors import ConfigurationError
from edi834.workspace.settings import PaperSettings

__all__ = ["GREY", "INK", "MARGIN", "PLAIN", "RULE", "NumberedCanvas", "Paper", "paper_of", "style", "text"]

_REGULAR, _BOLD = "edi834-regular", "edi834-bold"
_FONTS = {_REGULAR: "notos", _BOLD: "notosbo"}  # Noto Sans: Latin with every accent, Greek, Cyrillic

INK, GREY, RULE = colors.HexColor("#1a1a1a"), colors.HexColor("#5c5c5c"), colors.HexColor("#9a9a9a")
MARGIN: float = 0.8 * inch
_FOOT: float = 0.35 * inch
_LOGO_WIDTH, _LOGO_HEIGHT = 2.2 * inch, 0.8 * inch
_LARGEST_LOGO = 1 << 20  # bytes
_PICTURES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg"}
_SIZES: dict[str, tuple[float, float]] = {"letter": LETTER, "a4": A4}

PLAIN: list[tuple[Any, ...]] = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
]
"""How every table begins: nothing is indented."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What is printed on.

    Attributes:
      letterhead: The lines of the letterhead, the name first; none for a plain sheet.
      logo: A picture to stand beside it, PNG or JPEG.
      orientation: ``portrait`` or ``landscape``.
      sheet: ``letter`` or ``a4``.
    """

    letterhead: tuple[str, ...] = ()
    logo: bytes | None = field(default=None, repr=False)
    orientation: str = "portrait"
    sheet: str = "letter"

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, in points."""
        width, height = _SIZES[self.sheet]
        return (height, width) if self.orientation == "landscape" else (width, height)

    @property
    def width(self) -> float:
        """The width between the margins, in points."""
        return self.size[0] - 2 * MARGIN

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """Where the text stands: left, bottom, width and height, in points."""
        return MARGIN, MARGIN + _FOOT, self.width, self.size[1] - 2 * MARGIN - _FOOT

    @property
    def picture(self) -> str | None:
        """What kind of picture the logo is; None without one."""
        return _picture(self.logo) if self.logo is not None else None

    def head(self) -> Iterator[Flowable]:
        """The letterhead, for the first page."""
        if not self.letterhead and self.logo is None:
            return
        name, *others = self.letterhead or ("",)
        lines = [text(name, style(13, bold=True)), *(text(line, style(9, colour=GREY)) for line in others)]
        if self.logo is None:
            row, widths = [lines], [self.width]
        else:
            picture = Image(io.BytesIO(self.logo))
            picture._restrictSize(_LOGO_WIDTH, _LOGO_HEIGHT)  # noqa: SLF001 - reportlab documents it, underscore and all
            row, widths = [picture, lines], [picture.drawWidth + 14, self.width - picture.drawWidth - 14]
        rule = [("LINEBELOW", (0, 0), (-1, -1), 0.75, RULE), ("BOTTOMPADDING", (0, 0), (-1, -1), 8)]
        yield Table([row], widths, splitInRow=1, style=TableStyle([*PLAIN, *rule]), hAlign="LEFT")
        yield Spacer(0, 24)


def paper_of(settings: PaperSettings) -> Paper:
    """The paper that a workspace describes.

    Raises:
      ConfigurationError: its logo is not there, is too large, or is no picture that can be printed.
    """
    logo = None
    if settings.logo is not None:
        try:
            logo = settings.logo.read_bytes()
            if len(logo) > _LARGEST_LOGO or _picture(logo) is None:
                raise ValueError
            ImageReader(io.BytesIO(logo)).getRGBData()
        except Exception:  # noqa: BLE001 - whatever a picture's reader says of a file that is none
            raise ConfigurationError(
                f"the letterhead's picture {settings.logo.name} cannot be printed",
                code="E834-0881",
                place=settings.place,
                remedy="`logo` under [paper] in edi834.toml names a PNG or JPEG file of at most 1 MB",
            ) from None
    return Paper(settings.letterhead, logo, settings.orientation, settings.sheet)


class NumberedCanvas(Canvas):  # type: ignore[misc]
    """A canvas that draws each page's foot when the page ends, and how many pages there are once that is known.

    How many there are stands in one form that every foot shows, so no page has to wait for the last one.
    """

    def __init__(self, *arguments: Any, mark: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        register_fonts()
        self._mark = mark

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        self._draw_foot()
        super().showPage()

    def save(self) -> None:
        of = str(self.getPageNumber() - 1)
        self.beginForm("pages", 0, 0, _width("0" * 6), 12)
        self.setFillColor(GREY)
        self.setFont(_REGULAR, 8)
        self.drawString(0, 3, of)
        self.endForm()
        super().save()

    def _draw_foot(self) -> None:
        width, at = self._pagesize[0], MARGIN - 4
        self.saveState()
        self.setStrokeColor(RULE)
        self.setLineWidth(0.5)
        self.line(MARGIN, at + 12, width - MARGIN, at + 12)
        self.setFillColor(GREY)
        self.setFont(_REGULAR, 8)
        counted = width - MARGIN - _width("0000")
        self.drawString(MARGIN, at, _shortened(self._mark, counted - MARGIN - inch))
        self.drawRightString(counted, at, f"page {self.getPageNumber()} of ")
        self.translate(counted, at - 3)
        self.doForm("pages")
        self.restoreState()


@functools.cache
def register_fonts() -> None:
    """Have the fonts at hand, which are embedded as far as they are used."""
    for name, font in _FONTS.items():
        pdfmetrics.registerFont(TTFont(name, io.BytesIO(pymupdf_fonts.fontbuffers[font]())))


def style(size: float, *, bold: bool = False, colour: Any = INK, before: float = 0, after: float = 0) -> ParagraphStyle:
    """How a paragraph looks."""
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


def text(words: str, look: ParagraphStyle) -> Paragraph:
    """A paragraph that shows the words as they are: no markup of their own, no sign left out."""
    register_fonts()
    return Paragraph(html.escape(_printable(words, look.fontName)).replace("\n", "<br/>"), look)


def _printable(words: str, font: str) -> str:
    """The words with each sign that the font lacks as its number, ``[U+4E2D]``."""
    known = pdfmetrics.getFont(font).face.charToGlyph
    return "".join(sign if sign == "\n" or ord(sign) in known else f"[U+{ord(sign):04X}]" for sign in words)


def _shortened(words: str, width: float) -> str:
    """The words, or as many of them as fit: what must not be missed stands first."""
    words = _printable(words, _REGULAR)
    while _width(words) > width:
        words = words[:-2] + "…"
    return words


def _width(words: str) -> float:
    return float(pdfmetrics.stringWidth(words, _REGULAR, 8))


def _picture(content: bytes) -> str | None:
    return next((kind for begins, kind in _PICTURES.items() if content.startswith(begins)), None)
