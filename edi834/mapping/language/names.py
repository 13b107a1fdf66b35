"""The names an expression may use: what each is called, what kind of value it has, and where it comes from.

Fields of people, coverages, other insurance and groups are the model's catalogue; what is done to them (``change``,
``span``), the file, the feed's constants and the carrier are added here. ``subscriber.X`` and ``reported.X`` are uses
of ``member.X``: a grant knows no third kind of person.
A name that needs no field (``member.is_subscriber``) may be used under any grant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from difflib import get_close_matches
from enum import StrEnum

from edi834.book.events import EventKind
from edi834.book.statement import Action
from edi834.mapping.document import FilePurpose, FileScope
from edi834.model import (
    COVERAGE_COLUMNS,
    GROUP_COLUMNS,
    MEMBER_COLUMNS,
    OTHER_INSURANCE_COLUMNS,
    VOCABULARIES,
    FieldKind,
    FieldPath,
    ModelField,
    Value,
    field_at,
)

__all__ = [
    "COUNTS", "Answer", "CarrierIdentity", "Kind", "Level", "Name", "Scope", "Setting", "Several", "every_derived_name",
    "name_at",
    "near_names",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Several:
    """Several values of one kind in order, as ``split`` and a list of expressions give; None for an absent one."""

    values: tuple[Value | time, ...]


Answer = Value | time | Several
"""What an expression gives: a value or several, or None where there is nothing to tell."""

_NOTHING: Mapping[str, Answer] = {}


class Kind(StrEnum):
    """What kind of value a name or an expression has; the words are the ones that diagnostics use."""

    TEXT = "text"
    DATE = "date"
    TIME = "time of day"
    NUMBER = "decimal number"
    INTEGER = "whole number"
    FLAG = "yes or no"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Scope:
    """The values an expression is evaluated against, by root and name; a root that does not apply is empty.

    Attributes:
      member: The person reported.
      subscriber: The subscriber of that person's family.
      reported: The person as last reported.
      family: The counts of the family.
      change: What is done to the membership, why and since when.
      coverage: The span reported; above coverages, the member's first span that goes on.
      span: What is done to the span, and its days as they are to be reported.
      other_insurance: One other insurance of the person.
      group: The employer.
      file: The file's facts, and the counts of the transaction set.
      feed: The mapping's constants.
      carrier: The recipient.
    """

    member: Mapping[str, Answer] = field(default_factory=lambda: _NOTHING)
    subscriber: Mapping[str, Answer] = field(default_factory=lambda: _NOTHING)
    reported: Mapping[str, Answer] = field(default_factory=lambda: _NOTHING)
    family: Mapping[str, Answer] = field(default_factory=lambda: _NOTHING)
    change: Mapping[str, Answer] = field(default_factory=lambda: _NOTHING)
    coverage: Mapping[str, Answer] = field(default_factory=lambda: _NOTHING)
    span: Mapping[str, Answer] = field(default_factory=lambda: _NOTHING)
    other_insurance: Mapping[str, Answer] = field(default_factory=lambda: _NOTHING)
    group: Mapping[str, Answer] = field(default_factory=lambda: _NOTHING)
    file: Mapping[str, Answer] = field(default_factory=lambda: _NOTHING)
    feed: Mapping[str, Answer] = field(default_factory=lambda: _NOTHING)
    carrier: Mapping[str, Answer] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class CarrierIdentity:
    """Who receives, as ``carrier.toml`` says.

    Attributes:
      id: The carrier's id in the workspace.
      name: Its legal name.
      tax_id: Its FEIN, where known.
    """

    id: str
    name: str
    tax_id: str | None = None


FILE_ROOTS = frozenset({"group", "file", "feed", "carrier"})
MEMBER_ROOTS = FILE_ROOTS | {"member", "subscriber", "reported", "family", "change", "coverage"}
COVERAGE_ROOTS = MEMBER_ROOTS | {"span"}
OTHER_INSURANCE_ROOTS = COVERAGE_ROOTS | {"other_insurance"}


class Level(StrEnum):
    """What is being written when an expression is evaluated, and so which names it may use."""

    FILE = "the header or trailer of a file"
    MEMBER = "a member"
    COVERAGE = "a coverage"
    OTHER_INSURANCE = "an other insurance"

    @property
    def roots(self) -> frozenset[str]:
        """The roots that have a value there."""
        return _ROOTS[self]


_ROOTS = {
    Level.FILE: FILE_ROOTS,
    Level.MEMBER: MEMBER_ROOTS,
    Level.COVERAGE: COVERAGE_ROOTS,
    Level.OTHER_INSURANCE: OTHER_INSURANCE_ROOTS,
}


REASON_FIELDS: Mapping[str, frozenset[FieldPath]] = {
    "change.reason": frozenset(map(FieldPath, ("member.event", "member.event_date", "coverage.end_reason"))),
    "change.effective_date": frozenset({FieldPath("member.event_date")}),
}
"""What the source's own reason rests on: a mapping that tells the reason uses these fields, and asks the grant."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where an expression stands: what it may name.

    Attributes:
      level: What is being written.
      constants: The names of the mapping's constants (``feed.NAME``).
    """

    level: Level
    constants: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Name:
    """One name.

    Attributes:
      dotted: As it is written: ``member.last_name``.
      kind: What kind of value it has.
      nullable: Whether it may have none.
      uses: The fields it uses: a field itself, or those that what it says is derived from.
      words: The vocabulary its value is from, if it is from one.
      speakable: Whether a value may stand in a message: codes of plans and employment classes, nothing about a person.
    """

    dotted: str
    kind: Kind
    nullable: bool = True
    uses: frozenset[FieldPath] = frozenset()
    words: frozenset[str] | None = None
    speakable: bool = False


_KINDS = {
    FieldKind.TEXT: Kind.TEXT,
    FieldKind.CODE: Kind.TEXT,
    FieldKind.DATE: Kind.DATE,
    FieldKind.MONEY: Kind.NUMBER,
    FieldKind.INTEGER: Kind.INTEGER,
    FieldKind.FLAG: Kind.FLAG,
}

_TABLES: Mapping[str, Mapping[str, ModelField]] = {
    "member": MEMBER_COLUMNS,
    "subscriber": MEMBER_COLUMNS,
    "reported": MEMBER_COLUMNS,
    "coverage": COVERAGE_COLUMNS,
    "other_insurance": OTHER_INSURANCE_COLUMNS,
    "group": GROUP_COLUMNS,
}

# Codes of a house's own making that a diagnostic must show to be of use; none says who somebody is.
_SPEAKABLE = frozenset(
    {
        "coverage.benefit", "coverage.plan_code", "coverage.tier", "coverage.premium_frequency",
        "member.class_code", "member.division", "member.department", "member.location_code", "member.union_code",
        "member.relationship", "member.employment_status",
    }
)  # fmt: skip

_ACTIONS = frozenset(Action)
_REASONS = VOCABULARIES["event"] | frozenset(EventKind)

_PERSON = (
    ("is_subscriber", Kind.FLAG, False, frozenset[FieldPath]()),
    ("has_itin", Kind.FLAG, False, frozenset({FieldPath("member.ssn")})),
    ("person_code", Kind.TEXT, True, frozenset[FieldPath]()),  # ours: no field of the Data Owner's is in it
)


def _derived() -> dict[str, Name]:
    of_people = [
        Name(f"{root}.{name}", kind, nullable=nullable, uses=uses)
        for root in ("member", "subscriber", "reported")
        for name, kind, nullable, uses in _PERSON
    ]
    others = [
        Name("family.members", Kind.INTEGER, nullable=False),
        Name("family.dependents", Kind.INTEGER, nullable=False),
        Name("change.action", Kind.TEXT, words=_ACTIONS, speakable=True, nullable=False),
        Name("change.reason", Kind.TEXT, uses=REASON_FIELDS["change.reason"], words=_REASONS, speakable=True),
        Name("change.effective_date", Kind.DATE, uses=REASON_FIELDS["change.effective_date"]),
        Name("change.first_day", Kind.DATE),
        Name("change.last_day", Kind.DATE),
        Name("change.ends_member", Kind.FLAG, nullable=False),
        Name("change.is_brief", Kind.FLAG, nullable=False),
        Name("change.is_new", Kind.FLAG, nullable=False),
        Name("change.corrects_identity", Kind.FLAG, nullable=False),
        Name("change.moves_first_day", Kind.FLAG, nullable=False),
        Name("change.moves_last_day", Kind.FLAG, nullable=False),
        Name("change.previous_subscriber_id", Kind.TEXT, uses=frozenset({FieldPath("member.member_id")})),
        Name("span.action", Kind.TEXT, words=_ACTIONS, speakable=True, nullable=False),
        Name("span.begin", Kind.DATE, nullable=False),
        Name("span.end", Kind.DATE),
        Name("span.changed_on", Kind.DATE),
        Name("file.feed_id", Kind.TEXT, nullable=False),
        Name("file.control_number", Kind.INTEGER, nullable=False),
        Name("file.reference", Kind.TEXT, nullable=False),
        Name("file.original_reference", Kind.TEXT),
        Name("file.purpose", Kind.TEXT, words=frozenset(FilePurpose), speakable=True, nullable=False),
        Name("file.scope", Kind.TEXT, words=frozenset(FileScope), speakable=True, nullable=False),
        Name("file.created_date", Kind.DATE, nullable=False),
        Name("file.created_time", Kind.TIME, nullable=False),
        Name("file.as_of", Kind.DATE, nullable=False),
        Name("file.is_test", Kind.FLAG, nullable=False),
        Name("file.remote_name", Kind.TEXT, nullable=False),
        Name("file.members", Kind.INTEGER, nullable=False),
        Name("file.subscribers", Kind.INTEGER, nullable=False),
        Name("file.dependents", Kind.INTEGER, nullable=False),
        Name("carrier.id", Kind.TEXT, nullable=False),
        Name("carrier.name", Kind.TEXT, nullable=False),
        Name("carrier.tax_id", Kind.TEXT),
    ]
    return {name.dotted: name for name in (*of_people, *others)}


_DERIVED = _derived()

COUNTS = frozenset({"file.members", "file.subscribers", "file.dependents"})
"""Totals of a transaction set, known when all its members are: headers and trailers alone may name them."""


def every_derived_name() -> frozenset[str]:
    """The names that are no columns of the snapshot."""
    return frozenset(_DERIVED)


def name_at(dotted: str, setting: Setting) -> Name | None:
    """Give the name, or None where there is none so called; whether its root has a value there is the caller's."""
    derived = _DERIVED.get(dotted)
    if derived is not None:
        return derived
    root, _, rest = dotted.partition(".")
    if root == "feed":
        return Name(dotted, Kind.TEXT, nullable=False, speakable=True) if rest in setting.constants else None
    if root not in _TABLES:
        return None
    table = "member" if root in ("subscriber", "reported") else root
    known = field_at(FieldPath(f"{table}.{rest}"))
    if known is None:
        return None
    return Name(
        dotted,
        _KINDS[known.kind],
        nullable=not known.required or root == "reported" or (root == "coverage" and setting.level is Level.MEMBER),
        uses=frozenset({known.path}),
        words=VOCABULARIES[known.vocabulary] if known.vocabulary else None,
        speakable=known.path in _SPEAKABLE,
    )


def near_names(dotted: str, setting: Setting) -> tuple[str, ...]:
    """Give the names that were probably meant: of the same root by spelling, then the same field of another root."""
    known = [name for name in _every_name(setting) if name.partition(".")[0] in setting.level.roots]
    close = get_close_matches(dotted, known, n=2, cutoff=0.75)
    if close:
        return tuple(close)
    last = dotted.rpartition(".")[2]
    elsewhere = [name for name in known if name.rpartition(".")[2] == last]
    return tuple(elsewhere[:2]) or tuple(get_close_matches(dotted, known, n=2, cutoff=0.6))


def _every_name(setting: Setting) -> list[str]:
    columns = [f"{root}.{column}" for root, table in _TABLES.items() for column in table]
    return [*columns, *_DERIVED, *(f"feed.{constant}" for constant in sorted(setting.constants))]
