"""How a carrier wants the envelope and the text of its 834: identifiers, delimiters, characters.

The settings come from the mapping's and the feed's ``[envelope]``, the feed's winning; each wrong one is a finding
with its line. Control numbers, dates and T or P are not settings: they are the file's facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from edi834.errors import ConfigurationError, Place
from edi834.mapping.document import FileFacts
from edi834.model import Finding, Severity
from edi834.x12 import Charset, Delimiters, GroupHeader, InterchangeHeader

__all__ = [
    "CHOICES",
    "DELIMITERS",
    "ENVELOPE_KEYS",
    "FLAGS",
    "IDENTIFIERS",
    "EnvelopeSettings",
    "envelope_settings",
]

IDENTIFIERS = {
    "sender_qualifier": (2, 2),
    "sender_id": (1, 15),
    "receiver_qualifier": (2, 2),
    "receiver_id": (1, 15),
    "application_sender": (2, 15),
    "application_receiver": (2, 15),
    "authorization_qualifier": (2, 2),
    "authorization": (0, 10),
    "security_qualifier": (2, 2),
    "security": (0, 10),
}
"""Identifiers of the envelope: how few and how many characters each may have."""
_REQUIRED = ("sender_qualifier", "sender_id", "receiver_qualifier", "receiver_id")
_MAILBOX_KINDS = ("01", "14", "20", "27", "28", "29", "30", "33", "ZZ")
DELIMITERS = ("element_separator", "component_separator", "repetition_separator", "segment_terminator", "newline")
CHOICES = {
    "newline": ("", "\n", "\r\n"),
    "charset": ("basic", "extended"),
    "case": ("upper", "as_is"),
    "sender_qualifier": _MAILBOX_KINDS,
    "receiver_qualifier": _MAILBOX_KINDS,
    "authorization_qualifier": ("00", "03"),
    "security_qualifier": ("00", "01"),
}
"""Keys that hold one of a few values."""
FLAGS = ("transliterate", "acknowledgment_requested")
"""Keys that are true or false."""
ENVELOPE_KEYS = (*IDENTIFIERS, *DELIMITERS, "charset", "case", "replacement", *FLAGS)
"""Every key that ``[envelope]`` may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeSettings:
    """One feed's envelope.

    Attributes:
      sender_qualifier, sender_id: ISA05 and ISA06.
      receiver_qualifier, receiver_id: ISA07 and ISA08.
      application_sender, application_receiver: GS02 and GS03.
      authorization_qualifier, authorization, security_qualifier, security: ISA01 to ISA04.
      acknowledgment_requested: ISA14, asks for a TA1.
      delimiters: The characters between elements, components, repetitions and segments.
      charset: The X12 character set of the text.
      case: Whether text is written in capitals or as it is.
      replacement: What stands in place of a delimiter in text; '' drops it.
      transliterate: Whether letters with accents become plain ones; else a family that has them is quarantined.
    """

    sender_qualifier: str
    sender_id: str
    receiver_qualifier: str
    receiver_id: str
    application_sender: str
    application_receiver: str
    authorization_qualifier: str = "00"
    authorization: str = ""
    security_qualifier: str = "00"
    security: str = ""
    acknowledgment_requested: bool = False
    delimiters: Delimiters = field(default_factory=Delimiters)
    charset: Charset = "extended"
    case: Literal["upper", "as_is"] = "upper"
    replacement: str = " "
    transliterate: bool = True

    def interchange_header(self, facts: FileFacts) -> InterchangeHeader:
        """ISA for one file."""
        return InterchangeHeader(
            sender_qualifier=self.sender_qualifier,
            sender_id=self.sender_id,
            receiver_qualifier=self.receiver_qualifier,
            receiver_id=self.receiver_id,
            date=facts.created.date(),
            time=facts.created.time().replace(second=0, microsecond=0),
            control_number=facts.control_number,
            acknowledgment_requested=self.acknowledgment_requested,
            usage="T" if facts.is_test else "P",
            authorization_qualifier=self.authorization_qualifier,
            authorization=self.authorization,
            security_qualifier=self.security_qualifier,
            security=self.security,
        )

    def group_header(self, facts: FileFacts) -> GroupHeader:
        """GS for one file, which has one group, of the interchange's own number."""
        return GroupHeader(
            application_sender=self.application_sender,
            application_receiver=self.application_receiver,
            date=facts.created.date(),
            time=facts.created.time().replace(microsecond=0),
            control_number=facts.control_number,
        )


def envelope_settings(
    settings: Mapping[str, Any], places: Mapping[str, Place] | None = None, otherwise: Place | None = None
) -> tuple[EnvelopeSettings | None, tuple[Finding, ...]]:
    """Check the keys of ``[envelope]`` and make the settings.

    Args:
      settings: The mapping's envelope, with the feed's laid over it.
      places: Where each key is written.
      otherwise: The file to name where a key is missing.

    Returns:
      The settings, or None with a finding E834-0644 for each wrong or missing key. GS02 and GS03 are ISA06 and ISA08
      where they are not set.
    """
    where = dict(places or {})
    findings = tuple(
        Finding("E834-0644", Severity.ERROR, message, place=where.get(key, otherwise), remedy=_meant(key))
        for key, message in _wrong(settings)
    )
    if findings:
        return None, findings
    delimiters = {
        "element": settings.get("element_separator", "*"),
        "component": settings.get("component_separator", ":"),
        "repetition": settings.get("repetition_separator", "^"),
        "segment": settings.get("segment_terminator", "~"),
        "newline": settings.get("newline", ""),
    }
    named = {key: value for key, value in settings.items() if key not in DELIMITERS}
    named.setdefault("application_sender", settings["sender_id"])
    named.setdefault("application_receiver", settings["receiver_id"])
    try:
        marks = Delimiters(**delimiters)
    except ConfigurationError as error:
        return None, (Finding(error.code, Severity.ERROR, error.message, place=otherwise),)
    made = EnvelopeSettings(delimiters=marks, **named)
    wrong = tuple(_unwritable(made))
    if wrong:
        return None, tuple(
            Finding("E834-0644", Severity.ERROR, text, place=where.get(key, otherwise)) for key, text in wrong
        )
    return made, ()


def _meant(key: str) -> str | None:
    near = get_close_matches(key, ENVELOPE_KEYS, n=1) if key not in ENVELOPE_KEYS else []
    return f"did you mean {near[0]}?" if near else None


def _wrong(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in _REQUIRED:
        if key not in settings:
            yield key, f"[envelope] needs {key}"
    for key, value in settings.items():
        if key not in ENVELOPE_KEYS:
            yield key, f"[envelope] has no key {key}"
        elif key in FLAGS:
            if not isinstance(value, bool):
                yield key, f"{key} must be true or false"
        elif not isinstance(value, str):
            yield key, f"{key} must be a text in quotes"
        elif key in CHOICES and value not in CHOICES[key]:
            yield key, f"{key} must be one of {', '.join(map(repr, CHOICES[key]))}"
        elif key in IDENTIFIERS and not IDENTIFIERS[key][0] <= len(value.strip()) <= IDENTIFIERS[key][1]:
            low, high = IDENTIFIERS[key]
            yield key, f"{key} must have {low} to {high} characters"


def _unwritable(made: EnvelopeSettings) -> Iterator[tuple[str, str]]:
    for key in IDENTIFIERS:
        value = getattr(made, key)
        if value != value.strip() or not value.isascii() or any(mark in value for mark in made.delimiters.characters):
            yield key, f"{key} must be plain characters without delimiters or spaces at the ends"
    if len(made.replacement) > 1 or (made.replacement and made.replacement in made.delimiters.characters):
        yield "replacement", "replacement must be one character that is no delimiter, or nothing"
    elif made.replacement and not (made.replacement.isascii() and made.replacement.isprintable()):
        yield "replacement", "replacement must be a plain character"
