"""A worklist on paper: a PDF or an HTML page, with a box to tick and room for a confirmation number at each family.

Everything that came from anywhere is text and is drawn as text, never as markup; nothing is cut off, and the same list
on the same paper gives the same bytes. Families are laid out one after the other, so a long list takes little memory.
What stands on the list is ``edi834/mapping/paper.py``'s, the sheet ``delivery/paper``'s; nothing is written to disk.
"""

from __future__ import annotations

import base64
import functools
import io
from collections.abc import Iterator
from importlib.resources import files

import jinja2
from reportlab.lib.units import inch
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.doctemplate import LayoutError

from delivery.paper.page import GREY, INK, PLAIN, RULE, NumberedCanvas, Paper, style, text
from edi834.errors import UnexpectedError
from edi834.mapping.paper import WorkItem, WorkLine, Worklist

__all__ = ["as_html", "as_pdf"]

_SHADE = "#f1f1ee"
_BOX = 11
_PLAIN_PAPER = Paper()


def as_pdf(worklist: Worklist, paper: Paper = _PLAIN_PAPER) -> bytes:
    """The worklist as PDF: a cover sheet, then the families.

    Raises:
      UnexpectedError: it could not be laid out.
    """
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=paper.size,
        title=f"{worklist.title} {worklist.reference}",
        author=worklist.group,
        lang="en-US",
        invariant=1,
    )
    document.addPageTemplates(PageTemplate(frames=[Frame(*paper.frame, 0, 0, 0, 0)], pagesize=paper.size))
    story = [*_cover(worklist, paper), PageBreak(), _Rest(iter(worklist.items), paper)]
    try:
        document.build(story, canvasmaker=functools.partial(NumberedCanvas, mark=_mark(worklist)))
    except LayoutError:
        # Without its cause: reportlab quotes the paragraph, which is about people.
        raise UnexpectedError(f"the worklist {worklist.reference} could not be laid out", code="E834-0880") from None
    return out.getvalue()


def as_html(worklist: Worklist, paper: Paper = _PLAIN_PAPER) -> str:
    """The worklist as one HTML page without anything from elsewhere, to be read or printed."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    template = (files("delivery") / "paper" / "worklist.html").read_text(encoding="utf-8")
    logo = None
    if paper.logo is not None:
        logo = f"data:image/{paper.picture};base64,{base64.b64encode(paper.logo).decode('ascii')}"
    people, again = _counted(worklist)
    return environment.from_string(template).render(
        worklist=worklist, paper=paper, logo=logo, mark=_mark(worklist), people=people, again=again, how_to=_HOW_TO
    )


class _Rest(Flowable):  # type: ignore[misc]
    """The families that have not been laid out yet: on its turn it gives way to the next one, and stands behind it."""

    def __init__(self, items: Iterator[WorkItem], paper: Paper) -> None:
        super().__init__()
        self._items = items
        self._paper = paper

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return width, height + 1  # never fits, so that it is asked to split

    def split(self, width: float, height: float) -> list[Flowable]:  # noqa: ARG002 - reportlab's
        following = next(self._items, None)
        return [Spacer(0, 0)] if following is None else [Spacer(0, 0), *_family(following, self._paper), self]


class _Tick(Flowable):  # type: ignore[misc]
    """An empty box to tick."""

    def __init__(self) -> None:
        super().__init__()
        self.width = self.height = _BOX

    def draw(self) -> None:
        self.canv.setStrokeColor(INK)
        self.canv.setLineWidth(1)
        self.canv.rect(0, -1, _BOX, _BOX)


def _mark(worklist: Worklist) -> str:
    """The system's own mark, on every page's foot under whatever letterhead."""
    return f"edi834  ·  {worklist.reference}  ·  {worklist.digest}  ·  {worklist.carrier}"


def _counted(worklist: Worklist) -> tuple[int, int]:
    """How many people are on the list, and how many families were asked for before."""
    people = sum(len({line.person for line in item.lines}) for item in worklist.items)
    return people, sum(item.again for item in worklist.items)


def _cover(worklist: Worklist, paper: Paper) -> Iterator[Flowable]:
    people, again = _counted(worklist)
    yield from paper.head()
    yield text(worklist.group, style(11, bold=True))
    yield text(f"to {worklist.carrier}", style(11, colour=GREY, after=30))
    yield text(worklist.title, style(22, bold=True, after=16))
    facts = [
        ("As of", f"{worklist.as_of:%B} {worklist.as_of.day}, {worklist.as_of.year}"),
        ("Transmission", worklist.reference),
        ("Digest", worklist.digest),
        ("Feed", worklist.feed),
        ("Families", str(len(worklist.items)) + (f", of which {again} were asked for before" if again else "")),
        ("People", str(people)),
    ]
    rows = [[text(label, style(10, colour=GREY)), text(value, style(10))] for label, value in facts]
    widths = [1.3 * inch, paper.width - 1.3 * inch]
    yield Table(rows, widths, splitInRow=1, style=TableStyle(PLAIN), hAlign="LEFT")
    yield Spacer(0, 18)
    yield text(_HOW_TO, style(10, after=18))
    yield text(worklist.notice, style(9, colour=GREY, after=24))
    yield _signed_for()


def _signed_for() -> Table:
    """Two rows, so that the cover is one page on a sheet that lies, under a letterhead, too."""
    blanks = [
        [text(label, style(9, colour=GREY)), "", text("Date", style(9, colour=GREY)), ""]
        for label in ("Received by", "All entered by")
    ]
    lines = [("LINEBELOW", (column, 0), (column, -1), 0.5, RULE) for column in (1, 3)]
    bottom = ("VALIGN", (0, 0), (-1, -1), "BOTTOM")
    widths = [1.3 * inch, 2.7 * inch, 0.5 * inch, 1.4 * inch]
    return Table(blanks, widths, rowHeights=26, style=TableStyle([*PLAIN, *lines, bottom]), hAlign="LEFT")


def _family(item: WorkItem, paper: Paper) -> Iterator[Flowable]:
    """One family: its head stays with the first of what happened."""
    head = f"{item.number}.  {item.family}" + ("   (asked for before)" if item.again else "")
    confirmation = text("Confirmation no. ______________", style(9, colour=GREY))
    yield CondPageBreak(1.8 * inch)
    yield Table(
        [[_Tick(), text(head, style(11.5, bold=True)), confirmation]],
        [0.3 * inch, paper.width - 2.5 * inch, 2.2 * inch],
        splitInRow=1,
        style=TableStyle(
            [
                *PLAIN,
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("BACKGROUND", (0, 0), (-1, -1), _SHADE),
                ("LEFTPADDING", (0, 0), (0, 0), 6),
                ("TOPPADDING", (0, 0), (-1, -1), 5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
            ]
        ),
    )
    for line in item.lines:
        yield from _line(line, paper)
    yield Spacer(0, 14)


def _line(line: WorkLine, paper: Paper) -> Iterator[Flowable]:
    when = f"effective {line.effective:%m/%d/%Y}" if line.effective else "effective at once"
    yield CondPageBreak(1.0 * inch)
    yield text(f"{line.person}: {line.happened}, {when}", style(10, bold=True, before=6, after=2))
    if line.rows:
        grey, ink = style(8.5, colour=GREY), style(9.5)
        head = [text(label, grey) for label in ("", "was", "is now")]
        rows = [[text(label, grey), text(old or "–", ink), text(new or "–", ink)] for label, old, new in line.rows]
        yield Table(
            [head, *rows],
            [paper.width * 0.28, paper.width * 0.36, paper.width * 0.36],
            repeatRows=1,
            splitInRow=1,
            style=TableStyle(
                [*PLAIN, ("LINEBELOW", (0, 0), (-1, -1), 0.25, RULE), ("LEFTPADDING", (1, 0), (2, -1), 6)]
            ),
        )
    if line.why:
        yield text(line.why, style(8.5, colour=GREY, before=2))


_HOW_TO = (
    "Enter each family, tick its box, and write the confirmation number beside it. What is not ticked is asked for "
    "again on the next list. Return this sheet to whoever gave it to you."
)
