"""A feed's mapping, from its file through everything it extends to a form that can write.

A name under ``extends`` is looked for beside the mapping first and then among the shipped mappings; code tables lie
beside the layer that names them. Every mistake is a finding with its place.
What the words of a mapping mean is ``edi834/mapping``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from edi834.book import Dialect, contradictions, read_dialect
from edi834.errors import Place
from edi834.feed.forms import FlatForm, Form, WorklistForm, X12Form
from edi834.feed.profile import FeedProfile
from edi834.mapping import (
    EnvelopeSettings,
    Expression,
    Layer,
    MappingSpec,
    SetPolicy,
    base_of,
    compile_worklist,
    compile_x12,
    envelope_settings,
    read_spec,
)
from edi834.mapping.flat_spec import compile_flat
from edi834.mapping.idle import doubts_of
from edi834.model import Finding, Severity
from edi834.workspace.checks import read_checks

__all__ = ["read_form"]

_MOST_LAYERS = 8
_MOST_BYTES = 1_000_000


def read_form(
    profile: FeedProfile, home: Path, *, invented_people: bool
) -> tuple[Form | None, Dialect, tuple[Finding, ...]]:
    """Read and compile a feed's mapping.

    Returns:
      The form, None where a finding is an error; the feed's rules; and the findings.
    """
    layers, findings = _layers(profile.mapping, home)
    spec, wrong = read_spec(layers, profile.constants) if layers and not findings else (None, ())
    findings.extend(wrong)
    if spec is None:
        return None, Dialect(), tuple(findings)
    rules, rule_findings = _rules(spec, profile)
    files, shown = _code_files(spec, home)
    named = {name: replace(file, shown=shown.get(name, "")) for name, file in spec.code_files.items()}
    spec = replace(spec, code_files=named, benefits=profile.benefits)
    form, wrong = _compile(spec, profile, files, rules, invented_people=invented_people)
    doubts = () if form is None else doubts_of(spec, _expressions(form))
    if form is not None and not any("span.changed_on" in e.names for e in _expressions(form)):
        rules, undated = _without_dated_changes(rules, spec, profile)
        rule_findings += undated
    checks, check_findings = read_checks(profile, home)
    if isinstance(form, X12Form):
        form = replace(form, checks=checks)
    return form, rules, (*findings, *rule_findings, *wrong, *doubts, *check_findings)


def _layers(file: Path, home: Path) -> tuple[list[Layer], list[Finding]]:
    """The mapping's layers, the base first."""
    layers: list[Layer] = []
    path: Path | None = file
    while path is not None:
        shown = _shown(path, home)
        try:
            layer = Layer(shown, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            return [], [Finding("E834-0128", Severity.ERROR, f"the mapping {shown} cannot be read", place=Place(shown))]
        layers.insert(0, layer)
        base = base_of(layer)
        if base is None:
            return layers, []
        path = _find(base, beside=path)
        if path is None or len(layers) >= _MOST_LAYERS:
            names = ", ".join(sorted(f.name.removesuffix(".toml") for f in _shipped() if f.name.endswith(".toml")))
            text = f"{shown} extends {base!r}, which is neither beside it nor among the shipped mappings"
            return [], [Finding("E834-0136", Severity.ERROR, text, place=Place(shown), remedy=f"shipped: {names}")]
    return layers, []


def _find(name: str, *, beside: Path) -> Path | None:
    own = beside.parent / f"{name}.toml"
    if own.is_file() and own != beside:
        return own
    return next((f for f in _shipped() if f.name == f"{name}.toml"), None)


def _shipped() -> list[Path]:
    return [Path(str(f)) for f in resources.files("mappings").iterdir()]


def _shown(path: Path, home: Path) -> str:
    if path.is_relative_to(home):
        return path.relative_to(home).as_posix()
    return f"mappings/{path.name}"


def _expressions(form: Form) -> list[Expression]:
    """Every compiled expression of a form."""
    if isinstance(form, WorklistForm):
        return [expression for _, expression in form.mapping.shown]
    if isinstance(form, FlatForm):
        return [e for record in form.mapping.records for e in record.expressions if e]
    assert isinstance(form, X12Form)
    segments = (*form.mapping.header.walk(), *form.mapping.member.walk())
    return [field.expression for segment in segments for field in segment.fields if field.expression]


def _code_files(spec: MappingSpec, home: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The text of each code table's file, from beside the carrier's folder of the layer that names it; and its path."""
    texts: dict[str, str] = {}
    shown: dict[str, str] = {}
    for name, file in spec.code_files.items():
        layer = home / file.layer_path
        for folder in (layer.parent, layer.parent.parent):
            place = folder / file.path
            inside = place.resolve().is_relative_to(home)
            if inside and place.is_file() and place.stat().st_size <= _MOST_BYTES:
                texts[name] = place.read_text(encoding="utf-8-sig", errors="replace")
                shown[name] = _shown(place.resolve(), home)
                break
    return texts, shown


def _rules(spec: MappingSpec, profile: FeedProfile) -> tuple[Dialect, list[Finding]]:
    rules, problems = read_dialect({**spec.rules, **profile.rules})
    findings = [
        Finding(
            "E834-0137",
            Severity.ERROR,
            problem.message,
            place=spec.rules_places.get(problem.name, profile.place),
            remedy=f"did you mean {problem.suggestion!r}?" if problem.suggestion else None,
        )
        for problem in problems
    ]
    for problem in contradictions(rules, profile.mode):
        code = "E834-0145" if problem.name == "missing" else "E834-0147"
        place = profile.place if problem.name in profile.rules else spec.rules_places.get(problem.name, profile.place)
        remedy = f'{problem.name} = "{problem.suggestion}" is understood' if problem.suggestion else None
        findings.append(Finding(code, Severity.ERROR, problem.message, place=place, remedy=remedy))
    return rules, findings


def _without_dated_changes(rules: Dialect, spec: MappingSpec, profile: FeedProfile) -> tuple[Dialect, list[Finding]]:
    """The rules of a form that has no place for the day of a change: that day is a first day, unless declared."""
    chosen = {**spec.rules, **profile.rules}.get("begin_date")
    if chosen is None:
        return replace(rules, begin_date="change"), []
    if chosen != "span":
        return rules, []
    place = profile.place if "begin_date" in profile.rules else spec.rules_places.get("begin_date", profile.place)
    text = 'begin_date = "span" says the day of a change beside the first day; the mapping has no span.changed_on'
    remedy = 'assign span.changed_on, or set begin_date = "change"'
    return rules, [Finding("E834-0147", Severity.ERROR, text, place=place, remedy=remedy)]


def _compile(
    spec: MappingSpec, profile: FeedProfile, files: dict[str, str], rules: Dialect, *, invented_people: bool
) -> tuple[Form | None, tuple[Finding, ...]]:
    surrounded = (profile, spec.constants, invented_people)
    if spec.format == "worklist":
        worklist, findings = compile_worklist(spec, files)
        if worklist is None:
            return None, findings
        return WorklistForm(*surrounded, worklist, _digest(worklist.digest, profile, rules)), findings
    if spec.format != "x12":
        flat, findings = compile_flat(spec, files)
        if flat is None:
            return None, findings
        return FlatForm(*surrounded, flat, _digest(flat.digest, profile, rules)), findings
    mapping, findings = compile_x12(spec, files)
    envelope, wrong = _envelope(spec, profile, {}, {})
    full, also_wrong = envelope, wrong
    if profile.envelope_full:
        full, also_wrong = _envelope(spec, profile, profile.envelope_full, profile.envelope_full_places)
    if mapping is None or envelope is None or full is None:
        return None, (*findings, *dict.fromkeys((*wrong, *also_wrong)))
    sets = SetPolicy(
        holds=rules.transaction_sets,
        splits_cobra=rules.split == "cobra",
        splits_plan_changes=rules.plan_change == "two_transactions",
    )
    digest = _digest(mapping.digest, profile, rules)
    return X12Form(*surrounded, mapping, envelope, digest, sets, full), (*findings, *wrong)


def _envelope(
    spec: MappingSpec, profile: FeedProfile, over: Mapping[str, Any], over_places: Mapping[str, Place]
) -> tuple[EnvelopeSettings | None, tuple[Finding, ...]]:
    settings = {**spec.envelope, **profile.envelope, **over}
    places = {**spec.envelope_places, **profile.envelope_places, **over_places}
    return envelope_settings(settings, places, profile.place)


def _digest(mapping: str, profile: FeedProfile, rules: Dialect) -> str:
    """What was reported rests on the mapping, the rules, the benefits chosen and the feed's constants together."""
    parts = [mapping, rules.spelled(), ",".join(sorted(profile.benefits)), repr(sorted(profile.constants.items()))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
