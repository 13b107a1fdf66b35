"""A checked document: the second stage of a file; only ``edi834/check`` makes one.

It is a document with its findings, none of which is an error.
Sealing takes nothing else, so an unchecked file cannot be sealed.
"""

from __future__ import annotations

from dataclasses import dataclass

from edi834.mapping.document import Document
from edi834.model import Finding

__all__ = ["CheckedDocument"]


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document that passed every check.

    Attributes:
      document: What was checked.
      warnings: What a person should look at; never an error.
      second_opinion: What pyx12 read, in words: ``whole``, ``sampled 5 of 312 sets``, or ``not an X12 file``.
    """

    document: Document
    warnings: tuple[Finding, ...]
    second_opinion: str
