"""Loops as expressions: which segments and loops, in which order, how often; and the two of a transaction set compiled.

What the guide puts at one position may stand in any order, and is counted. No two branches begin alike, so that a
refusal costs no search; a member is followed by another one or by the end of the set.
Repetitions are the plain ones of ``re``: the first releases of Python 3.11 misjudge atomic groups.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

from edi834.check.automaton.segments import segment
from edi834.check.automaton.values import Marks, trie
from edi834.check.guide_check import WRITTEN_BY_WRITER, codes_of, is_required
from edi834.x12 import GUIDE_005010X220A1, Delimiters, Guide, LoopDef, SegmentDef

__all__ = ["Automaton", "automaton"]

Child = SegmentDef | LoopDef

_GROUP = re.compile(r"\(\?P<(\w+)>")
_QUESTION = re.compile(r"\(\?\(@(\w+)\)")


_WITHIN_VALUES = frozenset("-.")
"""A delimiter that numbers are made of: nothing is accepted then, and every segment is looked into."""

_NOTHING = re.compile(rb"(?!)")


@dataclass(frozen=True, slots=True)
class Automaton:
    """The expressions of a guide for one set of delimiters; ``match`` at the first byte of the loop.

    Attributes:
      header: The header of a transaction set, from BGN to the first member.
      member: One member, from INS to the next INS or to SE.
    """

    header: re.Pattern[bytes]
    member: re.Pattern[bytes]


def automaton(
    delimiters: Delimiters, guide: Guide = GUIDE_005010X220A1, without: frozenset[str] = frozenset()
) -> Automaton:
    """Compile a guide, or take what was compiled before: it takes some tenths of a second.

    Args:
      delimiters: Those of the interchange; its line ends do not matter.
      guide: The guide.
      without: The lists kept by others (``states``, ``countries``, ``languages``) that are not asked.
    """
    return _compiled(replace(delimiters, newline=""), guide, without)


@lru_cache(maxsize=8)
def _compiled(delimiters: Delimiters, guide: Guide, without: frozenset[str]) -> Automaton:
    if _WITHIN_VALUES & set(delimiters.characters):
        return Automaton(_NOTHING, _NOTHING)
    loops = _Loops(Marks.of(delimiters), without)
    mark, member = loops.marks.element, guide.loop("2000")
    begins = f"(?=INS{mark})"
    return Automaton(
        _pattern(loops.loop(guide.loop("HEADER")) + begins),
        _pattern(loops.loop(member, once=True) + f"(?=(?:INS|SE){mark})"),
    )


def _pattern(expression: str) -> re.Pattern[bytes]:
    """Compile: each group gets a name of its own, and a question about a group its number, for it may stand before."""
    first, *rest = expression.split("(?P<same>")
    for number, piece in enumerate(rest):
        first += f"(?P<same{number}>" + piece.replace("(?P=same)", f"(?P=same{number})")
    numbers = {name: number for number, name in enumerate(_GROUP.findall(first), start=1)}
    asked = _QUESTION.sub(lambda found: f"(?({numbers[found[1]]})", first)
    return re.compile(asked.encode("ascii"))


class _Loops:
    """Makes the expressions of loops."""

    def __init__(self, marks: Marks, without: frozenset[str]) -> None:
        self.marks, self._without = marks, without

    def loop(self, definition: LoopDef, *, once: bool = False) -> str:
        """The expression of one occurrence; `once` where there is one of it in a whole match."""
        children = [child for child in definition.children if child.id not in WRITTEN_BY_WRITER]
        groups = [list(same) for _, same in groupby(children, key=lambda child: child.position)]
        return "".join(self._group(same, definition, once) for same in groups)

    def _group(self, children: list[Child], parent: LoopDef, once: bool) -> str:
        """What stands at one position."""
        if len(children) == 1:
            return self._repeated(children[0], parent)
        if children[0] is parent.trigger:
            return self._repeated(children[0], parent) + self._group(children[1:], parent, once)
        if once and all(isinstance(child, LoopDef) for child in children):
            return self._counted_by_groups(children, parent)
        if all(isinstance(child, SegmentDef) and _most(child) for child in children):
            return self._counted_ahead(children, parent)
        raise ValueError(f"loop {parent.id} has at one position what cannot be counted")

    def _one(self, child: Child) -> str:
        return self.loop(child) if isinstance(child, LoopDef) else segment(child, self.marks, self._without)

    def _repeated(self, child: Child, parent: LoopDef) -> str:
        one, high = self._one(child), _most(child)
        low = int(child is parent.trigger or is_required(child, parent))
        if high == 1:
            return one if low else f"(?:{one}|)"
        return f"(?:{one}){{{low},{high or ''}}}"

    def _counted_ahead(self, children: list[Child], parent: LoopDef) -> str:
        """Segments in any order: how many there are of each is looked at before they are read."""
        begins = [self._begins(child) for child in children if isinstance(child, SegmentDef)]
        whole = self.marks.anything + self.marks.end
        counts = ""
        for child, begin in zip(children, begins, strict=True):
            others = "|".join(one for one in begins if one is not begin)
            next_one = f"(?:(?:{others}){whole})*{begin}{whole}"
            counts += f"(?!(?:{next_one}){{{(_most(child) or 0) + 1}}})"
            if is_required(child, parent):
                counts += f"(?={next_one})"
        return f"{counts}(?:{'|'.join(map(self._one, children))})*"

    def _begins(self, definition: SegmentDef) -> str:
        """How a segment begins: identifier and qualifier."""
        mark = self.marks.element
        return re.escape(definition.id) + mark + trie(sorted(codes_of(definition.elements[0], self._without))) + mark

    def _counted_by_groups(self, children: list[Child], parent: LoopDef) -> str:
        """Loops in any order: the n-th of a kind sets the n-th group of its kind, and there are no more groups."""
        choices, needed = "", ""
        for at, child in enumerate(children):
            names = [f"n{at}_{n}" for n in range(_most(child) or 0)]
            count = "(?!)"
            for name in reversed(names):
                count = f"(?(@{name}){count}|(?P<{name}>))"
            choices += f"|{self._one(child)}{count}"
            if is_required(child, parent):
                needed += f"(?(@{names[0]})|(?!))"
        return f"(?:{choices[1:]})*{needed}"


def _most(child: Child) -> int | None:
    return child.repeat if isinstance(child, LoopDef) else child.max_use
