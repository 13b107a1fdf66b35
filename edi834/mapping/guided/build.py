"""Building an 834: statements become transaction sets, and transaction sets one document.

A family that cannot be written is quarantined with its findings and the others go on; a family is never split; a set
tells of one group. The same arguments give the same bytes.
Whether the document may leave is decided in ``edi834/check``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from edi834.book.statement import FamilyStatement
from edi834.mapping.document import Document, DocumentSet, FileFormat
from edi834.mapping.grouped import groups_together
from edi834.mapping.guided.compiled import CompiledMapping
from edi834.mapping.guided.emission import Emission, Missed, quarantined
from edi834.mapping.guided.envelope import EnvelopeSettings
from edi834.mapping.guided.sets import Portion, SetPolicy, cut_into_sets, portions, stream_of
from edi834.mapping.language import Scope
from edi834.mapping.scopes import Counts, Surroundings
from edi834.model import FamilyRef, Finding, GroupId, MemberRef, Severity
from edi834.x12 import Interchange, Loop, TransactionSet, Unwritable, spell

__all__ = ["DEFAULT_SETS", "Built", "build_x12"]

DEFAULT_SETS = SetPolicy()


@dataclass(frozen=True, slots=True)
class Built:
    """What became of the statements.

    Attributes:
      document: The document; None where no family is left to tell of.
      quarantined: The families that are not in it.
      findings: Why they are not, and what a person should look at.
    """

    document: Document | None
    quarantined: frozenset[FamilyRef]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Ready:
    """A family, or a portion of one, that can be sent."""

    portion: Portion
    loops: tuple[Loop, ...]
    subscribers: int

    @property
    def ref(self) -> FamilyRef:
        """Which family."""
        return self.portion.statement.target.ref


def build_x12(
    mapping: CompiledMapping,
    envelope: EnvelopeSettings,
    around: Surroundings,
    families: Sequence[FamilyStatement],
    policy: SetPolicy = DEFAULT_SETS,
) -> Built:
    """Write families as one 834.

    Args:
      mapping: What goes where.
      envelope: The feed's envelope.
      around: The file's facts, the carrier and the released values of the groups; constants are the mapping's own.
      families: What is to be reported, in the order in which it is to stand; groups are kept together.
      policy: How the file is cut into transaction sets.
    """
    around = replace(around, constants=mapping.spec.constants)
    emission = Emission(mapping, envelope, around)
    ready, findings = _written(emission, around, families, policy)
    sets: list[TransactionSet] = []
    reported: list[DocumentSet] = []
    for begin, end in cut_into_sets([(one.portion, len(one.loops)) for one in ready], policy):
        made, wrong = _set(emission, around, ready[begin:end], f"{len(sets) + 1:04}")
        findings.extend(wrong)
        if made is not None:
            sets.append(made[0])
            reported.append(made[1])
    findings.extend(_summed(emission, mapping))
    content = _interchange(mapping, envelope, around, tuple(sets)) if sets else None
    document = None
    if isinstance(content, tuple):
        interchange, text, records = content
        document = Document(around.facts, FileFormat.X12, text, tuple(reported), interchange, records)
    elif content is not None:
        findings.extend(content.findings)
    sent = {ref for one in reported for ref in one.families} if document else set()
    refs = frozenset(family.target.ref for family in families)
    return Built(document, refs - sent, tuple(findings))


def _written(
    emission: Emission, around: Surroundings, families: Sequence[FamilyStatement], policy: SetPolicy
) -> tuple[list[_Ready], list[Finding]]:
    ready: list[_Ready] = []
    findings: list[Finding] = []
    streams: dict[FamilyRef, int] = {}
    for group_id, members in groupby(groups_together(families), key=_group_of):
        scope = around.file_scope(group_id, Counts())
        for family in members:
            stream = streams[family.target.ref] = stream_of(family, policy, streams)
            parts = [_portion(emission, scope, portion) for portion in portions(family, policy, stream)]
            wrong = [finding for _, found in parts for finding in found]
            if wrong:
                findings.extend(quarantined(family.target.ref, tuple(wrong)))
            else:
                ready.extend(part for part, _ in parts)
    # Stable: within a stream, groups and their families stay in the order they were given in.
    return sorted(ready, key=lambda one: one.portion.stream), findings


def _group_of(family: FamilyStatement) -> GroupId:
    return family.target.ref.group_id


def _portion(emission: Emission, scope: Scope, portion: Portion) -> tuple[_Ready, tuple[Finding, ...]]:
    loops, wrong = emission.family(scope, portion.statement)
    subscribers = sum(1 for member in portion.statement.members if member.member.ref.is_subscriber)
    return _Ready(portion, loops, subscribers), wrong


def _set(
    emission: Emission, around: Surroundings, families: Sequence[_Ready], number: str
) -> tuple[tuple[TransactionSet, DocumentSet] | None, tuple[Finding, ...]]:
    counts = Counts(sum(len(one.loops) for one in families), sum(one.subscribers for one in families))
    header, wrong = emission.header(around.file_scope(families[0].ref.group_id, counts))
    if wrong:
        return None, wrong
    members = tuple(loop for one in families for loop in one.loops)
    made = TransactionSet(number, Loop("ST_LOOP", (*header, *members)))
    refs = tuple(dict.fromkeys(one.ref for one in families))
    people = tuple(member.member.ref for one in families for member in one.portion.statement.members)
    said = tuple(one.portion.statement for one in families)
    return (made, DocumentSet(number, refs, counts.members, people, said)), ()


@dataclass(frozen=True, slots=True)
class _Refused:
    findings: tuple[Finding, ...]


def _interchange(
    mapping: CompiledMapping, envelope: EnvelopeSettings, around: Surroundings, sets: tuple[TransactionSet, ...]
) -> tuple[Interchange, bytes, int] | _Refused:
    groups = ((envelope.group_header(around.facts), sets),)
    interchange = Interchange(envelope.interchange_header(around.facts), groups, envelope.delimiters)
    written = spell(interchange, mapping.guide, envelope.charset)
    if isinstance(written, Unwritable):
        return _Refused(tuple(Finding(r.code, Severity.ERROR, f"{r.path}: {r.message}") for r in written.refusals))
    ending = envelope.delimiters.segment.encode()
    return interchange, written.text, written.text.count(ending)


def _summed(emission: Emission, mapping: CompiledMapping) -> list[Finding]:
    """One finding for each kind of thing that concerns many."""
    findings = [_missed(what, members, mapping) for what, members in sorted(emission.missed.items(), key=_order)]
    for (code, path, words), count in sorted(emission.warnings.items()):
        findings.append(Finding(code, Severity.WARNING, f"{path}: {words}, {count} times"))
    return findings


def _order(entry: tuple[Missed, set[MemberRef]]) -> tuple[str, str, str]:
    return (entry[0].table, entry[0].key or "", entry[0].path)


def _missed(what: Missed, members: set[MemberRef], mapping: CompiledMapping) -> Finding:
    table = mapping.tables[what.table]
    key = f"does not know {what.key!r}" if what.key else "lacks a key"
    near = table.near(what.key) if what.key else ()
    message = f"{what.path}: the code table {what.table!r} ({table.place}) {key}, which {len(members)} members have"
    remedy = f"did you mean {' or '.join(near)}? Else add the key to the table" if near else "add the key to the table"
    return Finding("E834-0632", Severity.WARNING, message, place=table.place, remedy=remedy)
