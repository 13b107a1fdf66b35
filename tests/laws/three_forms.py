"""One change set in several forms: the layouts of ``forms/``, what each must tell, and the truth to hold them against.

The truth is read off the statements themselves, name by name; nothing of it comes from what was written.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edi834.book import FamilyStatement, MemberStatement
from edi834.check.facts import Account, PersonFacts, Wording, flat_wording, worklist_wording, x12_wording
from edi834.check.same_facts import once_each, paired, spans_paired
from edi834.flat import read_flat
from edi834.mapping import (
    Built,
    CompiledMapping,
    CompiledWorklist,
    Counts,
    Layer,
    MappingSpec,
    Surroundings,
    build_x12,
    compile_worklist,
    read_spec,
)
from edi834.mapping.flat_build import build_flat
from edi834.mapping.flat_spec import CompiledFlat, compile_flat
from edi834.mapping.language.inverse import Meant, plain
from edi834.mapping.language.names import Scope
from edi834.mapping.paper import from_json
from edi834.mapping.scopes import coverage_scopes
from edi834.mapping.worklist_build import build_worklist
from edi834.x12 import read
from tests.mapping.builders import AROUND, envelope
from tests.mapping.builders import compiled as x12_compiled

__all__ = ["MUST_TELL", "Form", "forms", "reverted", "truth"]

FORMS = Path(__file__).parent / "forms"
SHIPPED = Path(__file__).parents[2] / "mappings"
MUST_TELL: Mapping[str, Mapping[str, Any]] = tomllib.loads((FORMS / "carries.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Form:
    """One form that can be written and read back."""

    name: str
    wording: Wording
    mapping: CompiledMapping | CompiledFlat | CompiledWorklist

    @property
    def names(self) -> frozenset[str]:
        """Every field it reads, as paths of the catalogue."""
        return frozenset(map(str, self.mapping.uses))

    def written(self, statements: Sequence[FamilyStatement], around: Surroundings = AROUND) -> Built:
        if isinstance(self.mapping, CompiledMapping):
            return build_x12(self.mapping, envelope(self.mapping), around, statements)
        if isinstance(self.mapping, CompiledFlat):
            return build_flat(self.mapping, around, statements)
        return build_worklist(self.mapping, around, statements)

    def read_back(self, content: bytes) -> Account:
        if isinstance(self.mapping, CompiledMapping):
            reading = read(content)
            assert not reading.findings
            return self.wording.read_x12(reading.interchanges)
        if isinstance(self.mapping, CompiledFlat):
            flat = read_flat(self.mapping.layout, content)
            assert flat.is_sound
            return self.wording.read_flat(flat, self.mapping)
        return self.wording.read_worklist(from_json(content))


def forms(x12: CompiledMapping | None = None) -> tuple[Form, ...]:
    """The 834, by the base mapping or another, and every layout of ``forms/``."""
    mapping = x12 or _base()
    return (Form("x12", x12_wording(mapping), mapping), *_layouts())


@functools.cache
def _base() -> CompiledMapping:
    return x12_compiled()


@functools.cache
def _layouts() -> tuple[Form, ...]:
    records, _ = compile_flat(_spec(FORMS / "records.toml"))
    fixed, _ = compile_flat(_spec(SHIPPED / "fixed_eligibility.toml", FORMS / "fixed.toml"))
    paper, _ = compile_worklist(_spec(FORMS / "worklist.toml"), {})
    assert records is not None
    assert fixed is not None
    assert paper is not None
    return (
        Form("records", flat_wording(records), records),
        Form("fixed", flat_wording(fixed), fixed),
        Form("worklist", worklist_wording(paper), paper),
    )


def _spec(*files: Path) -> MappingSpec:
    spec, findings = read_spec([Layer(file.name, file.read_text(encoding="utf-8")) for file in files])
    assert spec is not None, findings
    return spec


# --- the truth ------------------------------------------------------------------------------------------------------


def truth(statements: Iterable[FamilyStatement], names: Iterable[str], around: Surroundings = AROUND) -> Account:
    """What is to be reported, by every one of these names."""
    known = sorted(names)
    people = list(_people(statements, known, around))
    return Account(dict.fromkeys(known, True), False, tuple(people))


def _people(statements: Iterable[FamilyStatement], names: list[str], around: Surroundings) -> Iterator[PersonFacts]:
    number = 0
    for family in statements:
        for member in family.members:
            number += 1
            outer = around.file_scope(family.target.ref.group_id, Counts())
            scope = around.member_scope(outer, family, member)
            of_person = {n: meant for n in names if not _is_of_span(n) and (meant := _of(scope, n, member))}
            spans = tuple(
                {n: meant for n in names if _is_of_span(n) and (meant := _of(inner, n, member))}
                for _, inner in coverage_scopes(scope, member)
            )
            yield PersonFacts(number, of_person, spans)


def _of(scope: Scope, name: str, member: MemberStatement) -> Meant:
    if "+" in name:
        return "".join(str(_of(scope, part, member)) for part in name.split("+"))
    root, _, key = name.partition(".")
    value = plain(name, getattr(scope, root).get(key))
    before = scope.reported.get(key) if root == "member" else None
    # Whoever leaves may be named as they were reported: a spouse, not an ex-spouse.
    return frozenset({value, plain(name, before)}) if before and member.ends_member and key == "relationship" else value


def _is_of_span(name: str) -> bool:
    return name.startswith(("coverage.", "span."))


def conditions(member: MemberStatement) -> frozenset[str]:
    """Which of the conditions of ``carries.toml`` a person meets."""
    found = {"always"}
    if not member.is_brief:
        found.add("not_brief")
    if member.reported is None:
        found.add("new")
    if member.member.ref.is_subscriber:
        found.add("subscriber")
    return frozenset(found)


def reverted(form: Form, account: Account, statements: Iterable[FamilyStatement], around: Surroundings) -> list[str]:
    """What the form must tell of these statements, and does not: each as the fact and whom it is missing of."""
    rules = MUST_TELL[form.name]
    wanted = [(when, name) for when in ("always", *_OF_PEOPLE, *_OF_SPANS) for name in rules.get(when, ())]
    # A scenario's carrier may want another number in the place of one.
    must = [(when, name) for when, name in wanted if name in account.carries]
    meant = truth(statements, {*account.carries, *(name for _, name in must)}, around)
    names = account.carries
    found = []
    pairs, only_reported, only_meant = paired(once_each(account.people, names), once_each(meant.people, names), names)
    assert not only_reported
    assert not only_meant
    met = {p.number: met_by for p, met_by in zip(meant.people, _met(statements), strict=True)}
    for reported, person in pairs:
        for when, name in must:
            if when in met[person.number] and person.facts.get(name) and name not in reported.facts:
                found.append(f"{name} of person {person.number}")
        for span, one in spans_paired(person.spans, reported.spans, names):
            if span is None:
                continue
            assert one is not None
            going_on = {"going_on"} if span.get("span.action") not in {"end", "delete"} else set()
            for when, name in must:
                if when in met[person.number] | going_on and span.get(name) and name not in one:
                    found.append(f"{name} of a span of person {person.number}")
    return found


_OF_PEOPLE = ("not_brief", "new", "subscriber")
_OF_SPANS = ("going_on",)


def _met(statements: Iterable[FamilyStatement]) -> Iterator[frozenset[str]]:
    return (conditions(member) for family in statements for member in family.members)
