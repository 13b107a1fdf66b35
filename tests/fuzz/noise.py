"""Bytes that nobody meant as an 834, and 834s that went wrong: noise, broken envelopes, spliced and edited files.

Edits know what an 834 is made of (segments, elements, delimiters, envelopes), so that they reach deeper than noise
does. Delimiters are drawn too: the same file is spelled with any that the standard allows, and with some it does not.
"""

from __future__ import annotations

import random

from hypothesis import strategies as st

from edi834.x12 import GUIDE_005010X220A1
from tests.check.mutants import EDITS
from tests.differential.corpus import right_files

SMALL = {name: content for name, content in right_files().items() if len(content) < 6_000}
ISA = b"ISA*00*          *00*          *ZZ*ACMETOYS       *ZZ*EVERGREEN      *241001*2215*^*00501*000000042*0*P*:~"
IDS = sorted({one.id for loop in GUIDE_005010X220A1.loops.values() for one in loop.segments()})
CODES = ("", "0", "00", "1", "2", "4", "Y", "N", "18", "19", "021", "024", "030", "D8", "RD8", "34", "834", "BE", "348",
         "349", "0F", "1L", "17", "2700", "2310", "75", "HLT", "20240229", "20230229", "99991231", "000000042", "0001",
         "005010X220A1", "9" * 20, "X" * 300, " ", "-", ".", "A^B^C", "A:B:C", ":", "^")  # fmt: skip


@st.composite
def _edited(draw: st.DrawFn) -> bytes:
    """A right file with one to eight edits that know what a file is made of."""
    content = SMALL[draw(st.sampled_from(sorted(SMALL)))]
    rng = random.Random(draw(st.integers(0, 2**32 - 1)))
    lines = [line.split("*") for line in content.decode("ascii").strip("~\r\n").replace("\n", "").split("~")]
    for _ in range(draw(st.integers(1, 8))):
        if len(lines) > 3:
            draw(st.sampled_from(EDITS))(lines, rng)
    return ("~".join("*".join(line) for line in lines) + "~").encode("latin-1")


@st.composite
def _spliced(draw: st.DrawFn) -> bytes:
    """Two files of which neither is whole, with noise between."""
    names = sorted(SMALL)
    first, second = (SMALL[draw(st.sampled_from(names))] for _ in range(2))
    cut, begin = draw(st.integers(0, len(first))), draw(st.integers(0, len(second)))
    return first[:cut] + draw(st.binary(max_size=40)) + second[begin:]


@st.composite
def _respelled(draw: st.DrawFn) -> bytes:
    """An edited file with other delimiters, some of them impossible."""
    content = draw(_edited())
    marks = draw(st.lists(st.sampled_from(b"*~:^|>!'\n\r\t\x1c\x1d\x1e A0-"), min_size=4, max_size=4))
    return content.translate(bytes.maketrans(b"*~:^", bytes(marks)))


@st.composite
def _invented(draw: st.DrawFn) -> bytes:
    """Segments of the guide with codes of the guide, in no order at all."""
    segment = st.builds(lambda id, parts: "*".join((id, *parts)), st.sampled_from(IDS),
                        st.lists(st.sampled_from(CODES), max_size=18))  # fmt: skip
    body = "~".join(draw(st.lists(segment, max_size=30)))
    opened = draw(st.sampled_from(("", "GS*BE*A*B*20241001*2215*42*X*005010X220A1~ST*834*0001*005010X220A1~")))
    return ISA + (opened + body + draw(st.sampled_from(("", "~", "~SE*2*0001~GE*1*42~IEA*1*000000042~")))).encode()


def anything() -> st.SearchStrategy[bytes]:
    """Any bytes at all, and most often those that look like an 834."""
    noise = st.one_of(st.binary(max_size=2_000), st.binary(max_size=600).map(lambda tail: ISA + tail))
    return st.one_of(noise, _edited(), _spliced(), _respelled(), _invented())


def large(times: int) -> dict[str, bytes]:
    """Files of one thing, so many thousand times: a check that is not linear would not end on them."""
    begun = ISA + b"GS*BE*A*B*20241001*2215*42*X*005010X220A1~ST*834*0001*005010X220A1~"
    return {
        "nothing but terminators": ISA + b"~" * 20_000 * times,
        "nothing but separators": ISA + b"N1" + b"*" * 20_000 * times + b"~",
        "nothing but components": ISA + b"ST*834*1~INS*" + b":" * 20_000 * times + b"~",
        "nothing but repetitions": begun + b"DMG*D8*19800101*F**" + b"A^" * 10_000 * times + b"~",
        "interchanges of nothing": ISA * 100 * times,
        "groups of nothing": ISA + b"GS*BE*A*B*20241001*2215*42*X*005010X220A1~" * 200 * times,
        "sets of nothing": ISA + begun[len(ISA) : len(ISA) + 42] + b"ST*834*0001*005010X220A1~" * 300 * times,
        "one segment for ever": ISA + b"ST*834*1~" + b"X" * 20_000 * times,
        "members of nothing": begun + b"INS~" * 400 * times,
        "coverages of one member": begun + b"INS*Y*18*021~" + b"HD*021**HLT~DTP*348*D8*20240101~" * 300 * times,
        "loops opened and not closed": begun + b"INS*Y~" + b"LS*2700~LX*1~N1*75~" * 200 * times,
        "digits in a row": ISA + b"ST*834*1~AMT*P3*" + b"9" * 20_000 * times + b"~SE*" + b"9" * 20_000 * times + b"*1~",
        "bytes beyond ASCII": ISA + b"\xff" * 20_000 * times,
    }
