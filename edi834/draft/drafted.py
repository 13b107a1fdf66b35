"""The draft: for each address of the sample the expression that fits best, and for each line how sure it is.

What the base mapping already gives is left to it. A line stands only if the mapping with it compiles, so a draft
passes the check; what could not be said is a comment for a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from edi834.draft.candidates import Candidate, Instance, Trial, fields_for, literals_for
from edi834.draft.observed import Observed
from edi834.draft.reading import GROUP, ReadSample, made_at
from edi834.draft.snapshot import Known
from edi834.draft.usual import PHONES
from edi834.draft.wording import Line, mapping_text, segment_of
from edi834.mapping import CarrierIdentity, CompiledMapping, Layer, Surroundings, compile_x12, read_spec
from edi834.mapping.document import FileFacts
from edi834.mapping.guided.envelope import EnvelopeSettings, envelope_settings
from edi834.mapping.language import Level, Scope
from edi834.mapping.scopes import Counts, coverage_scopes, other_insurance_scopes
from edi834.model import FeedId, Finding, GroupId
from edi834.release import Record
from edi834.x12 import GUIDE_005010X220A1 as GUIDE
from edi834.x12 import Interchange, resolve

__all__ = ["Draft", "around_of", "draft_mapping"]

_ENOUGH = 0.8  # of those a line speaks of must agree, or the line is left to a person
_NEARLY = 0.95
_MANY = 3
_FEW = 12
_PERSONAL = ("2000/REF[0F]", "2000/REF[Q4]", "2000/REF[F6]", "2000/REF[6O]")
_ABOUT_SOMEBODY = (
    "2000/INS02", "2000/INS06", "2000/INS07", "2000/INS09", "2000/INS10", "2000/INS11", "2100A/DMG", "2100A/HLH",
    "2100A/EC", "2100B/DMG", "2200/DSB", "2300/HD05",
)  # fmt: skip
"""Codes that say how one person is: what one sample happens to have is no code for everybody."""
_PLACES_OF_CODES = ("2000/REF", "2300/REF", "2300/HD", "2300/IDC", "2750/REF")
_OF_ONE_FILE = frozenset({"HEADER/BGN01", "HEADER/BGN02", "HEADER/BGN03", "HEADER/BGN04", "HEADER/BGN06"})
_ALWAYS = frozenset({"2000/INS", "HEADER/BGN", "2100A/NM1", "2300/HD", "1000A/N1", "1000B/N1", "2000/REF[0F]"})


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A drafted mapping.

    Attributes:
      text: The mapping, as TOML, with a comment on each line.
      compiled: It, compiled.
      envelope: Its envelope.
      sample: The sample it is drafted from.
      around: What is the same for everybody in the sample.
      lines: What it says otherwise than the base.
    """

    text: str
    compiled: CompiledMapping = field(repr=False)
    envelope: EnvelopeSettings = field(repr=False)
    sample: ReadSample = field(repr=False)
    around: Surroundings = field(repr=False)
    lines: tuple[Line, ...]


def draft_mapping(sample: ReadSample, base: Layer, name: str, known: Known | None = None) -> Draft:
    """Draft a mapping from a sample.

    Args:
      sample: The sample, read; with people of ``known``, where there is a snapshot.
      base: The shipped mapping that the draft extends.
      name: The sample's own name, as the draft says what it was made from.
      known: The snapshot's people.
    """
    compiled = _compiled_base(base)
    settings = _settings(sample.interchange)
    envelope, _ = envelope_settings({**compiled.spec.envelope, **settings})
    assert envelope is not None, "an envelope that was read can be written"
    around = around_of(sample, known)
    lines = list(_Drafting(sample, compiled, envelope, around, has_snapshot=known is not None).lines())
    while True:
        text, places = mapping_text(name, sample, settings, lines, has_snapshot=known is not None)
        whole, wrong = _compiled([base, Layer("draft.toml", text)])
        if whole is not None:
            return Draft(text, whole, envelope, sample, around, tuple(lines))
        lines = _without(lines, places, wrong)


@lru_cache(maxsize=4)
def _compiled_base(base: Layer) -> CompiledMapping:
    compiled, findings = _compiled([base])
    assert compiled is not None, f"the base mapping compiles: {findings}"
    return compiled


def _compiled(layers: Sequence[Layer]) -> tuple[CompiledMapping | None, tuple[Finding, ...]]:
    spec, findings = read_spec(layers)
    return compile_x12(spec) if spec is not None else (None, findings)


def _without(lines: list[Line], places: Mapping[int, Line], wrong: Sequence[Finding]) -> list[Line]:
    """The lines without those that cannot stand: with a place, those; else the last one that can be left out."""
    at = [f.place.line for f in wrong if f.place is not None]
    named = {id(places[line]) for line in at if line is not None and line in places}
    named &= {id(line) for line in lines if line.source is not None}
    if not named:
        said = [line for line in lines if line.source is not None]
        near = [line for line in said if wrong and line.address.partition("/")[0] in wrong[0].message]
        named = {id((near or said)[-1])}
    return [line.unsaid(wrong[0].message) if id(line) in named else line for line in lines]


def _settings(interchange: Interchange) -> dict[str, object]:
    """The envelope of the sample, as far as it is not everybody's."""
    isa, marks = interchange.header, interchange.delimiters
    found: dict[str, object] = {
        "sender_qualifier": isa.sender_qualifier, "sender_id": isa.sender_id,
        "receiver_qualifier": isa.receiver_qualifier, "receiver_id": isa.receiver_id,
    }  # fmt: skip
    if interchange.groups:
        gs = interchange.groups[0][0]
        found |= {"application_sender": gs.application_sender, "application_receiver": gs.application_receiver}
    usual = {"element": "*", "component": ":", "repetition": "^", "segment": "~", "newline": ""}
    names = {"element": "element_separator", "component": "component_separator", "segment": "segment_terminator"}
    for mark, everybodys in usual.items():
        if getattr(marks, mark) != everybodys:
            found[names.get(mark, "repetition_separator" if mark == "repetition" else mark)] = getattr(marks, mark)
    if isa.acknowledgment_requested:
        found["acknowledgment_requested"] = True
    texts = [t for _, sets in interchange.groups for one in sets[:20] for m in one.members() for s in m.walk()
             for t in s.elements if isinstance(t, str)]  # fmt: skip
    if any(text != text.upper() for text in texts):
        found["case"] = "as_is"
    return found


def around_of(sample: ReadSample, known: Known | None) -> Surroundings:
    """What is the same for everybody in the sample: its facts, its employer, its carrier."""
    header, isa = sample.header, sample.interchange.header
    facts = FileFacts(
        feed_id=FeedId("draft"),
        control_number=isa.control_number or 1,
        reference=header.text("HEADER/BGN02") or "draft",
        original_reference=header.text("HEADER/BGN06") or None,
        scope=sample.scope,
        created=made_at(sample.interchange),
        as_of=isa.date,
        is_test=True,
        remote_name="draft",
    )
    groups: dict[GroupId, Record] = dict(known.groups) if known else {}
    sponsor: Record = {"group_id": header.text("1000A/N104"), "name": header.text("1000A/N102") or None}
    if header.text("1000A/N103") == "FI":
        sponsor = {**sponsor, "tax_id": header.text("1000A/N104")}
    groups[GROUP] = sponsor
    is_tax = header.text("1000B/N103") == "FI"
    payer = header.text("1000B/N104")
    carrier = CarrierIdentity(payer or "carrier", header.text("1000B/N102") or "carrier", payer if is_tax else None)
    return Surroundings(facts, carrier, groups, invented_people=True)


@dataclass(frozen=True, slots=True)
class _Things:
    """Everything of one level: what an expression sees, and what stands in the sample."""

    level: Level
    pairs: list[tuple[Scope, Mapping[str, str]]]


class _Drafting:
    """The choice of an expression for each address."""

    def __init__(
        self,
        sample: ReadSample,
        base: CompiledMapping,
        envelope: EnvelopeSettings,
        around: Surroundings,
        *,
        has_snapshot: bool,
    ) -> None:
        self._sample, self._base, self._envelope, self._around = sample, base, envelope, around
        self._has_snapshot = has_snapshot
        # What the snapshot does not know of somebody cannot say which field it is.
        known = [person for person in sample.people if person.is_known]
        self._witnesses = known or list(sample.people)
        self._fields = {one.path: one for part in (base.header, base.member) for s in part.walk() for one in s.fields
                        if one.expression is not None}  # fmt: skip

    def lines(self) -> Iterator[Line]:
        """What the draft says otherwise than the base, and what it leaves to a person."""
        people = list(self._people())
        yield from self._of(_Things(Level.FILE, [self._header()]), GUIDE.loops["HEADER"].id)
        yield from self._of(_Things(Level.MEMBER, [(scope, p.texts) for scope, p in people]), "2000")
        yield from self._contacts([(scope, thing) for scope, thing in people])
        spans, others = self._spans()
        yield from self._of(_Things(Level.COVERAGE, spans), "2300")
        yield from self._of(_Things(Level.OTHER_INSURANCE, others), "2320")
        yield from self._categories(people)
        again = sum((person.observed.again for person in self._sample.people), start=Observed().again)
        for address, times in again.items():
            yield Line(address, None, f"stands {times} times more often than a mapping says once", kind="unsaid")

    def _header(self) -> tuple[Scope, Mapping[str, str]]:
        size = self._sample.sets[0] if self._sample.sets else 0
        first = self._sample.people[:size]
        subscribers = sum(person.statement.member.ref.is_subscriber for person in first)
        group = first[0].statement.member.ref.group_id if first else GROUP
        return self._around.file_scope(group, Counts(size, subscribers)), self._sample.header.texts

    def _people(self) -> Iterator[tuple[Scope, Observed]]:
        for person in self._witnesses:
            scope = self._around.file_scope(person.statement.member.ref.group_id, Counts())
            yield self._around.member_scope(scope, person.family, person.statement), person.observed

    def _spans(self) -> tuple[list[tuple[Scope, Mapping[str, str]]], list[tuple[Scope, Mapping[str, str]]]]:
        spans: list[tuple[Scope, Mapping[str, str]]] = []
        others: list[tuple[Scope, Mapping[str, str]]] = []
        for person, (scope, thing) in zip(self._witnesses, self._people(), strict=True):
            told = coverage_scopes(scope, person.statement)
            for part, (_, inner) in zip(thing.parts, told, strict=False):
                spans.append((inner, part.texts))
                written = other_insurance_scopes(inner, person.statement)
                others.extend((seen, other.texts) for other, seen in zip(part.parts, written, strict=False))
        return spans, others

    def _of(self, things: _Things, root: str) -> Iterator[Line]:
        """A line for each address of one level where the base says something else than the sample."""
        chosen: list[Line] = []
        for path in self._paths(things, root):
            line = self._line(path, things)
            if line is not None:
                chosen.append(line)
        seen = {path for _, texts in things.pairs for path in texts}
        yield from _gathered(chosen, seen)

    def _paths(self, things: _Things, root: str) -> Iterator[str]:
        seen = {path for _, texts in things.pairs for path in texts}
        inner = {loop.id for loop in GUIDE.loops[root].walk()}
        outer = {"2000": {"2300", "2310", "2320", "2330"}, "2300": {"2320", "2330"}}.get(root, set())
        mapped = {path for path in self._fields if path.partition("/")[0] in inner - outer and "PER" not in path}
        yield from sorted(seen | mapped, key=_in_order)

    def _line(self, path: str, things: _Things) -> Line | None:
        found = resolve(path, GUIDE)
        element = found.component or found.element
        if element is None or element.constant or path in _OF_ONE_FILE:
            return None
        trial = Trial(path, element, things.level, self._envelope, self._base.tables)
        base = self._fields[path].expression if path in self._fields else None
        # What only says of what kind the rest of its segment is stands nowhere without it.
        beside = segment_of(path) if base is not None and not base.has_data else ""
        instances = [
            Instance(scope, texts.get(path, ""))
            for scope, texts in things.pairs
            if not beside or any(segment_of(one) == beside for one in texts)
        ]
        same, counted = trial.agreement(base, instances)
        if same == counted:
            return None
        told = [one for one in instances if one.text]
        if not told:
            return Line(path, "", f"nothing stands here for {counted}, where the base says something", kind="nothing")
        best = self._best(trial, instances, base.source if base else None, things.level)
        share = same / counted if counted else 0.0
        if best is None or best[1] <= share:
            return self._unsaid(path, base is not None, same, counted)
        sure = _sure(best[0], *best[2], has_snapshot=self._has_snapshot)
        return Line(path, best[0].source, sure, best[0].table, best[0].entries, best[0].kind)

    def _best(
        self, trial: Trial, instances: Sequence[Instance], base: str | None, level: Level
    ) -> tuple[Candidate, float, tuple[int, int]] | None:
        best: tuple[Candidate, float, tuple[int, int]] | None = None
        literal = self._may_be_literal(trial, instances, level)
        candidates = [*literals_for(base, instances, may_be_literal=literal)]
        fields = [*fields_for(trial, instances)]
        # One code for everybody is likelier a code than a field that happens to hold it.
        order = [*candidates, *fields] if literal and trial.element.codes else [*fields, *candidates]
        few = [one for one in instances if one.text][:_FEW]
        for candidate in order:
            compiled = trial.compiled(candidate)
            # Whoever is wrong for most of the first few is not tried on everybody.
            if compiled is None or 2 * trial.agreement(compiled, few)[0] < len(few):
                continue
            same, counted = trial.agreement(compiled, instances)
            share = same / counted if counted else 0.0
            if share >= _ENOUGH and (best is None or share > best[1]):
                best = (candidate, share, (same, counted))
            if best is not None and best[1] == 1.0:
                break
        return best

    def _may_be_literal(self, trial: Trial, instances: Sequence[Instance], level: Level) -> bool:
        """A code may be written for everybody; another text only where it says nothing about anybody."""
        if trial.path.startswith(_ABOUT_SOMEBODY):
            return False
        if level is Level.FILE or trial.element.codes:
            return True
        if trial.path.startswith(_PERSONAL) or not trial.path.startswith(_PLACES_OF_CODES):
            return False
        told = [one for one in instances if one.text]
        families = {one.scope.subscriber.get("member_id") for one in told}
        # A client's reporting category is one of a few; anything else that one family has may be the family's own.
        return len(families) > 1 or (trial.path == "2750/REF[17]02" and len(told) > 1)

    def _unsaid(self, path: str, has_base: bool, same: int, counted: int) -> Line:
        share = f"; the base agrees for {same} of {counted}" if has_base else ""
        return Line(
            path, None, f"stands for {counted}, and nothing known gives it{share}: say what it is", kind="unsaid"
        )

    def _contacts(self, people: list[tuple[Scope, Observed]]) -> Iterator[Line]:
        """Ways to reach somebody: each kind at its own place, in the order of the sample."""
        kinds = list(dict.fromkeys(k for _, thing in people for k in thing.contacts.get("2100A", {})))[:3]
        usual = [self._fields[p].expression for p in ("2100A/PER03", "2100A/PER05", "2100A/PER07") if p in self._fields]
        if not kinds or {f"'{kind}'" for kind in kinds} <= {e.source for e in usual if e}:
            return
        for number, kind in enumerate(kinds):
            if kind in PHONES:
                at, name = 3 + 2 * number, PHONES[kind]
                digits = "" if name == "email" else " | digits"
                yield Line(f"2100A/PER{at:02}", f"'{kind}'", "likely: the kind that stands there", kind="code")
                source = f"member.{name}{digits} if not change.is_brief"
                yield Line(f"2100A/PER{at + 1:02}", source, "a guess: what that kind usually is", kind="field")

    def _categories(self, people: list[tuple[Scope, Observed]]) -> Iterator[Line]:
        """Reporting categories: each by its name, with what its reference and date probably are."""
        names = dict.fromkeys(name for _, thing in people for name in thing.categories)
        for name in names:
            addresses = dict.fromkeys(a for _, thing in people for a in thing.categories.get(name, {}))
            things = _Things(Level.MEMBER, [
                (scope, {f"2750/{a}": t for a, t in thing.categories.get(name, {}).items()}) for scope, thing in people
            ])  # fmt: skip
            for address in addresses:
                line = self._line(f"2750/{address}", things)
                if line is not None:
                    yield line.of_category(name, address)


def _in_order(path: str) -> tuple[int, str]:
    order = {loop: number for number, loop in enumerate(GUIDE.loops)}
    return order[path.partition("/")[0]], path


def _sure(candidate: Candidate, same: int, counted: int, *, has_snapshot: bool) -> str:
    if candidate.kind == "field" and not has_snapshot:
        return f"a guess: what usually stands there; without a snapshot nothing says otherwise, of {counted}"
    words = {"base": "the base's, for some", "field": "a field", "table": "a code table", "code": "one code for all"}
    is_many = counted >= _MANY
    is_near = same >= _NEARLY * counted and counted > 1
    sure = "sure" if same == counted and is_many else "likely" if is_near else "a guess"
    return f"{sure}: {words[candidate.kind]}, {same} of {counted} agree"


def _gathered(lines: list[Line], seen: set[str]) -> Iterator[Line]:
    """The lines; what sends nothing is told once for a whole segment or loop that never stands in the sample."""
    loops = {path.partition("/")[0] for path in seen}
    segments = {segment_of(path) for path in seen}
    kept: set[str] = set()
    for line in lines:
        loop = line.address.partition("/")[0]
        if line.kind == "nothing" and loop not in loops and GUIDE.loops[loop].usage != "R":
            gathered = line.at(loop)
        elif line.kind == "nothing" and line.segment not in segments | _ALWAYS:
            gathered = line.at(line.segment)
        else:
            yield line
            continue
        if gathered.address not in kept:
            kept.add(gathered.address)
            yield gathered
