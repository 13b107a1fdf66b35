"""pyx12, a stranger's opinion of a file: the only module that asks it.

What it returns is believed, not the acknowledgment it would write; an exception of its is a finding; of what it says
only codes and places are taken, because its words hold values. It is fed from memory, and nothing of it is logged.
It cannot read repeated elements and knows fewer states than the guide, so it gets a copy without repetitions, and
those lists are left to `guide_check.py`.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from edi834.check.fault import Fault
from edi834.x12 import Interchange, Loop, Repeated, Segment, TransactionSet, Written, spell

__all__ = ["SecondOpinion", "ask_pyx12"]

_LEFT_TO_US = "states,country"
"""Lists of codes that pyx12 has in an older edition: Quebec and Nunavut are none of its provinces."""

_MEANINGS = {
    "1": "something required is missing or unknown", "2": "something the condition wants is missing",
    "3": "too many, or something required is missing", "4": "too short, or too often", "5": "too long, or too often",
    "6": "a character it does not take", "7": "not one of its codes, or out of order", "8": "not a date",
    "9": "not a time", "10": "something the condition excludes",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What pyx12 thinks.

    Attributes:
      faults: What it refuses, and where; empty where it accepts.
      read: What it read, in words.
    """

    faults: tuple[Fault, ...]
    read: str


def ask_pyx12(
    content: bytes, interchange: Interchange, *, segments: int, seed: str, most_segments: int = 100_000, sample: int = 5
) -> SecondOpinion:
    """Ask pyx12 about a file.

    Args:
      content: The file.
      interchange: What it says.
      segments: How many segments it has.
      seed: Whatever the sample is drawn by; the same seed draws the same sets.
      most_segments: Up to how many segments it reads the whole file, and not a sample of it.
      sample: How many whole transaction sets it reads of a larger file.
    """
    sets = list(interchange.transaction_sets())
    words, asked, text = "whole", interchange, content
    if segments > most_segments and len(sets) > sample:
        asked = _sampled(interchange, seed, sample)
        words = f"sampled {sample} of {len(sets)} sets"
    if content.count(interchange.delimiters.repetition.encode()) > 1:
        asked = _without_repetitions(asked)
        words += ", with one of each repeated element"
    if asked is not interchange:
        spelled = spell(asked)
        if not isinstance(spelled, Written):
            return SecondOpinion((Fault("E834-1076", "the copy for pyx12 cannot be written"),), words)
        text = spelled.text
    if not text.isascii():
        return SecondOpinion((Fault("E834-1076", "the file is not ASCII, and pyx12 reads nothing else"),), words)
    return SecondOpinion(_verdict(text.decode("ascii"), _firsts(interchange)), words)


def _verdict(text: str, firsts: dict[tuple[str, str], int]) -> tuple[Fault, ...]:
    import pyx12.params  # imported when it is asked: it takes a tenth of a second, and most commands never ask it
    import pyx12.x12n_document

    logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)  # it logs values
    params = pyx12.params.ParamsBase()  # and not `params`, which reads configuration of whoever runs us
    params.set("charset", "E")
    params.set("exclude_external_codes", _LEFT_TO_US)
    answer = io.StringIO()
    try:
        accepted = pyx12.x12n_document.x12n_document(params, io.StringIO(text), None, None, fd_json=answer)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a stranger stumbles over is a finding, by its kind alone
        return (Fault("E834-1076", f"pyx12 stumbles over the file ({type(error).__name__})"),)
    if accepted:
        return ()
    found = tuple(_complaints(answer.getvalue(), firsts))
    return found or (Fault("E834-1075", "pyx12 refuses the file, and does not say where"),)


def _complaints(answer: str, firsts: dict[tuple[str, str], int]) -> Iterator[Fault]:
    """What pyx12 says in its JSON: places and codes, none of the values in it."""
    try:
        said: dict[str, Any] = json.loads(answer) if answer else {}
    except ValueError:
        return
    for isa in said.get("interchanges", ()):
        yield from (_refused("the interchange", one, 1, "ISA_LOOP") for one in isa["errors"])
        for group in isa["groups"]:
            yield from (_refused("the group", one, 2, "GS_LOOP") for one in group["errors"])
            for reported in group["transactions"]:
                number = str(reported["trn_set_control_num"])
                first = firsts.get((str(group["gs_control_num"]), number), 0)
                yield from (_refused("the transaction set", one, first, "ST_LOOP") for one in reported["errors"])
                for segment in reported["segments"]:
                    yield from _about_segment(segment, first)


def _about_segment(segment: dict[str, Any], first: int) -> Iterator[Fault]:
    number = first + int(segment["seg_count"] or 1) - 1 if first else 0
    name = str(segment["seg_id"])[:3]
    yield from (_refused(f"segment {name}", one, number, name) for one in segment["errors"])
    for element in segment["elements"]:
        path = f"{name}{int(element['ele_pos'] or 0):02}"
        path += f"-{int(element['subele_pos'])}" if element["subele_pos"] else ""
        yield from (_refused(path, one, number, path) for one in element["errors"])


def _refused(what: str, error: dict[str, Any], number: int, path: str) -> Fault:
    code = str(error["err_cde"])[:4]
    meaning = _MEANINGS.get(code)
    reported = f"code {code}" + (f": {meaning}" if meaning else "")
    return Fault("E834-1075", f"pyx12 refuses {what} ({reported})", number, path)


def _firsts(interchange: Interchange) -> dict[tuple[str, str], int]:
    """The number of ST of each set in the file, by the control numbers of its group and its own."""
    firsts: dict[tuple[str, str], int] = {}
    number = 1
    for group, sets in interchange.groups:
        number += 1
        for one in sets:
            firsts[str(group.control_number), one.control_number] = number + 1
            number += 2 + sum(1 for _ in one.body.walk())
        number += 1
    return firsts


def _sampled(interchange: Interchange, seed: str, sample: int) -> Interchange:
    """The envelope with some whole sets, drawn by a digest; the writer counts anew."""
    ranked = sorted(
        (hashlib.blake2b(f"{seed}/{group}/{at}".encode(), digest_size=8).digest(), group, at)
        for group, (_, sets) in enumerate(interchange.groups)
        for at in range(len(sets))
    )
    drawn = {(group, at) for _, group, at in ranked[:sample]}
    groups = (
        (header, tuple(one for at, one in enumerate(sets) if (group, at) in drawn))
        for group, (header, sets) in enumerate(interchange.groups)
    )
    kept = tuple((header, sets) for header, sets in groups if sets)
    return Interchange(interchange.header, kept, interchange.delimiters)


def _without_repetitions(interchange: Interchange) -> Interchange:
    groups = tuple(
        (header, tuple(TransactionSet(one.control_number, _first_of_each(one.body)) for one in sets))
        for header, sets in interchange.groups
    )
    return Interchange(interchange.header, groups, interchange.delimiters)


def _first_of_each(loop: Loop) -> Loop:
    children = (_first_of_each(child) if isinstance(child, Loop) else _single(child) for child in loop.children)
    return Loop(loop.id, tuple(children))


def _single(segment: Segment) -> Segment:
    if not any(isinstance(value, Repeated) for value in segment.elements):
        return segment
    return Segment.of(
        segment.id, *(value.values[0] if isinstance(value, Repeated) else value for value in segment.elements)
    )
