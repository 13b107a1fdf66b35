"""The choice of an expression for each address of a sample: the base's where it agrees, else the one that fits best.

A thing that stands several times at one place becomes a list, each value with its own expression. What nothing gives
is left to a person, and said so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from edi834.draft.candidates import Candidate, Instance, Trial, fields_for, literals_for
from edi834.draft.observed import Observed
from edi834.draft.reading import GROUP, ReadSample
from edi834.draft.usual import PHONES
from edi834.draft.wording import Line, segment_of
from edi834.mapping import CompiledMapping, Surroundings
from edi834.mapping.guided.envelope import EnvelopeSettings
from edi834.mapping.language import Level, Scope
from edi834.mapping.scopes import Counts, coverage_scopes, other_insurance_scopes
from edi834.x12 import GUIDE_005010X220A1 as GUIDE
from edi834.x12 import resolve

__all__ = ["Drafting"]

_ENOUGH = 0.8  # of those a line speaks of must agree, or the line is left to a person
_NEARLY = 0.95
_MANY = 3
_LIST = "sure: more than one of them stands there; one is sent for each value that there is"
_NUMBERED = re.compile(r"(.+) \([0-9]+\)")
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


@dataclass(frozen=True, slots=True)
class _Things:
    """Everything of one level: what an expression sees, and what stands in the sample."""

    level: Level
    pairs: list[tuple[Scope, Observed]]


class Drafting:
    """The choice of an expression for each address.

    Attributes:
      fields: What the base mapping fills, by address.
    """

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
        self.fields = {one.path: one for part in (base.header, base.member) for s in part.walk() for one in s.fields
                        if one.expression is not None}  # fmt: skip

    def lines(self) -> Iterator[Line]:
        """What the draft says otherwise than the base, and what it leaves to a person."""
        people = list(self._people())
        yield from self._of(_Things(Level.FILE, [self._header()]), GUIDE.loops["HEADER"].id)
        yield from self._of(_Things(Level.MEMBER, people), "2000")
        yield from self._contacts([(scope, thing) for scope, thing in people])
        spans, others = self._spans()
        yield from self._of(_Things(Level.COVERAGE, spans), "2300")
        yield from self._of(_Things(Level.OTHER_INSURANCE, others), "2320")
        yield from self._categories(people)
        again = sum((person.observed.again for person in self._sample.people), start=Observed().again)
        for address, times in again.items():
            yield Line(address, None, f"stands {times} times more often than a mapping says once", kind="unsaid")

    def _header(self) -> tuple[Scope, Observed]:
        size = self._sample.sets[0] if self._sample.sets else 0
        first = self._sample.people[:size]
        subscribers = sum(person.statement.member.ref.is_subscriber for person in first)
        group = first[0].statement.member.ref.group_id if first else GROUP
        return self._around.file_scope(group, Counts(size, subscribers)), self._sample.header

    def _people(self) -> Iterator[tuple[Scope, Observed]]:
        for person in self._witnesses:
            scope = self._around.file_scope(person.statement.member.ref.group_id, Counts())
            yield self._around.member_scope(scope, person.family, person.statement), person.observed

    def _spans(self) -> tuple[list[tuple[Scope, Observed]], list[tuple[Scope, Observed]]]:
        spans: list[tuple[Scope, Observed]] = []
        others: list[tuple[Scope, Observed]] = []
        for person, (scope, thing) in zip(self._witnesses, self._people(), strict=True):
            reported = coverage_scopes(scope, person.statement)
            for part, (_, inner) in zip(thing.parts, reported, strict=False):
                spans.append((inner, part))
                written = other_insurance_scopes(inner, person.statement)
                others.extend((seen, other) for other, seen in zip(part.parts, written, strict=False))
        return spans, others

    def _of(self, things: _Things, root: str) -> Iterator[Line]:
        """A line for each address of one level where the base says something else than the sample."""
        chosen: list[Line] = []
        for path in self._paths(things, root):
            several = max((len(thing.every_text(path)) for _, thing in things.pairs), default=0)
            if several > 1:
                chosen.extend(self._listed(path, things, several))
                continue
            line = self._line(path, things)
            if line is not None:
                chosen.append(line)
        seen = {path for _, thing in things.pairs for path in thing.texts}
        yield from _gathered(chosen, seen)

    def _paths(self, things: _Things, root: str) -> Iterator[str]:
        seen = {path for _, thing in things.pairs for path in thing.texts}
        inner = {loop.id for loop in GUIDE.loops[root].walk()}
        outer = {"2000": {"2300", "2310", "2320", "2330"}, "2300": {"2320", "2330"}}.get(root, set())
        mapped = {path for path in self.fields if path.partition("/")[0] in inner - outer and "PER" not in path}
        yield from sorted(seen | mapped, key=_in_order)

    def _line(self, path: str, things: _Things) -> Line | None:
        found = resolve(path, GUIDE)
        element = found.component or found.element
        if element is None or element.constant or path in _OF_ONE_FILE:
            return None
        trial = Trial(path, element, things.level, self._envelope, self._base.tables)
        base = self.fields[path].expression if path in self.fields else None
        # What only says of what kind the rest of its segment is stands nowhere without it.
        beside = segment_of(path) if base is not None and not base.has_data else ""
        instances = [
            Instance(scope, thing.text(path))
            for scope, thing in things.pairs
            if not beside or any(segment_of(one) == beside for one in thing.texts)
        ]
        same, counted = trial.agreement(base, instances)
        if same == counted:
            return None
        reported = [one for one in instances if one.text]
        if not reported:
            return Line(path, "", f"nothing stands here for {counted}, where the base says something", kind="nothing")
        best = self._best(trial, instances, base.source if base else None, things.level)
        share = same / counted if counted else 0.0
        if best is None or best[1] <= share:
            return self._unsaid(path, base is not None, same, counted)
        sure = _sure(best[0], *best[2], has_snapshot=self._has_snapshot)
        items = tuple((item, sure) for item in best[0].items)
        return Line(path, best[0].source, sure, best[0].tables, best[0].kind, items=items)

    def _listed(self, path: str, things: _Things, several: int) -> Iterator[Line]:
        """A list for what stands several times at one address: for each, what gives one of the texts for most."""
        found = resolve(path, GUIDE)
        element = found.component or found.element
        if element is None or element.constant or path in _OF_ONE_FILE:
            return
        base = self.fields[path].expression if path in self.fields else None
        left = [(scope, thing.every_text(path)) for scope, thing in things.pairs]
        items: list[tuple[str, str]] = []
        tables: dict[str, Mapping[str, str]] = {}
        for nth in range(1, several + 1):
            trial = Trial(path, element, things.level, self._envelope, self._base.tables, nth)
            due = several - nth  # where more is left than the others to come can say, it must be said now
            instances = [Instance(scope, texts[0] if len(texts) > due else "", tuple(texts)) for scope, texts in left]
            best = self._best(trial, instances, base.source if base else None, things.level, nth=nth)
            if best is None:
                break
            items.append((best[0].source, _sure(best[0], *best[2], has_snapshot=self._has_snapshot)))
            tables |= best[0].tables
            compiled = trial.compiled(best[0])
            for one, (_, texts) in zip(instances, left, strict=True):
                given = trial.given(compiled, one.scope) if compiled else None
                gone = next((text for text in texts if given and Instance(one.scope, text).is_given(given)), None)
                if gone is not None:
                    texts.remove(gone)
        if len(items) == 1:
            ((source, sure),) = items
            yield Line(path, source, sure, tables)
        elif items:
            yield Line(path, f"[{', '.join(s for s, _ in items)}]", _LIST, tables, items=tuple(items))
        over = sum(1 for _, texts in left if texts)
        if over and len(items) < several:
            words = f"stands up to {several} times, and nothing known gives the rest, for {over}: say what it is"
            yield Line(path, None, words, kind="unsaid")

    def _best(
        self, trial: Trial, instances: Sequence[Instance], base: str | None, level: Level, nth: int = 0
    ) -> tuple[Candidate, float, tuple[int, int]] | None:
        best: tuple[Candidate, float, tuple[int, int]] | None = None
        literal = self._may_be_literal(trial, instances, level)
        candidates = [*literals_for(base, instances, may_be_literal=literal)]
        if base and nth == 1:
            candidates.insert(0, Candidate(base, "base"))
        fields = [*fields_for(trial, instances)]
        # One code for everybody is likelier a code than a field that happens to hold it.
        tables = [one for one in fields if one.kind == "table"]
        reported = [one for one in fields if one.kind != "table"]
        order = [*candidates, *fields] if literal and trial.element.codes else [*reported, *candidates, *tables]
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
        reported = [one for one in instances if one.text]
        families = {one.scope.subscriber.get("member_id") for one in reported}
        # A client's reporting category is one of a few; anything else that one family has may be the family's own.
        return len(families) > 1 or (trial.path == "2750/REF[17]02" and len(reported) > 1)

    def _unsaid(self, path: str, has_base: bool, same: int, counted: int) -> Line:
        share = f"; the base agrees for {same} of {counted}" if has_base else ""
        return Line(
            path, None, f"stands for {counted}, and nothing known gives it{share}: say what it is", kind="unsaid"
        )

    def _contacts(self, people: list[tuple[Scope, Observed]]) -> Iterator[Line]:
        """Ways to reach somebody: each kind at its own place, in the order of the sample."""
        kinds = list(dict.fromkeys(k for _, thing in people for k in thing.contacts.get("2100A", {})))[:3]
        usual = [self.fields[p].expression for p in ("2100A/PER03", "2100A/PER05", "2100A/PER07") if p in self.fields]
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
                (scope, Observed({f"2750/{a}": t for a, t in thing.categories.get(name, {}).items()}))
                for scope, thing in people
            ])  # fmt: skip
            named = _NUMBERED.fullmatch(name)
            if named and named[1] in names:
                same = Line("N1[75]02", f"'{named[1]}'", "sure: another category of the same name", kind="code")
                yield same.of_category(name, same.address)
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
    """The lines; what sends nothing is said once for a whole segment or loop that never stands in the sample."""
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
