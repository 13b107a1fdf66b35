"""The plan report: what would be reported, member by member, old → new.

Values about people are masked unless the caller was told to reveal them; field names, benefits and events are not
values. Totals, guards and what is withheld stand at the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from edi834.book import Action, By, CoverageStatement, MemberStatement, Outcome, Predicted
from edi834.feed.plan import predicted
from edi834.feed.prepare import Prepared
from edi834.feed.profile import FeedProfile
from edi834.grants import ReleasedMember
from edi834.model import Value, canonical, masked
from edi834.report.page import page
from edi834.report.people import people_by_word, people_words

__all__ = ["late_events", "plan_events", "plan_lines", "plan_page", "prediction_events", "prediction_lines"]

_MARKS = {
    Action.ADD: "+",
    Action.CHANGE: "~",
    Action.CORRECT: "~",
    Action.END: "-",
    Action.DELETE: "-",
    Action.REINSTATE: "↺",
    Action.AUDIT: "=",
}
_NAMED = ("plan_code", "tier")
"""Values by which a span is named, changed or not."""
_IN_THEIR_OWN_WORDS = frozenset({*_NAMED, "effective_date", "end_date"})
_NOT_REPORTED_OF_A_SPAN = frozenset({"benefit", "carrier_id", "end_reason"})
"""What finds a span or explains its ending, and is reported nowhere as a value of its own."""


def plan_lines(profile: FeedProfile, prepared: Prepared, *, reveal: bool) -> Iterator[str]:
    """Give a plan as lines for a person."""
    plan = prepared.plan
    yield f"plan {prepared.plan_digest[:12]} for {profile.feed_id}, snapshot of {plan.as_of}"
    for statement in plan.statements:
        for member in statement.members:
            yield from _member_lines(member, reveal=reveal)
    yield people_words(plan.counts) or "nobody changed: nothing would be sent"
    yield from prediction_lines(predicted(plan, prepared.gathered))
    for guard in plan.guards:
        yield f"! would be HELD: {guard.reason}"
    yield from _withheld(prepared)


def plan_events(prepared: Prepared, *, reveal: bool) -> Iterator[dict[str, Any]]:
    """Give a plan as facts, one member a JSON line."""
    for statement in prepared.plan.statements:
        for member in statement.members:
            yield {
                "member": str(member.member.ref),
                "action": member.action.value,
                "reason": member.reason,
                "events": [e.kind.value for e in member.events],
                "changes": _change_facts(_changes(member), reveal=reveal),
                "coverages": [_coverage_facts(c, reveal=reveal) for c in member.coverages],
            }  # fmt: skip


def late_events(prepared: Prepared) -> Iterator[dict[str, Any]]:
    """Give the coverage that is over and that the carrier still holds, one span a JSON line."""
    for late in prepared.plan.late:
        yield {
            "member": str(late.member),
            "benefit": late.benefit,
            "days": late.days,
            "why": late.why.value,
            "reported": late.is_reported,
        }


def prediction_lines(people: Iterable[Predicted]) -> Iterator[str]:
    """Say what the carrier's book then shows, and who is concerned without a statement of their own."""
    shown = list(people)
    if not shown:
        return
    yield f"the carrier's book then: {_predicted_words(shown)}"
    for one in shown:
        if one.by is not By.STATEMENT:
            yield f"      {one.member} {one.outcome.value} by {one.by.value}"


def prediction_events(prepared: Prepared) -> Iterator[dict[str, Any]]:
    """Give the prediction as facts, one person a JSON line."""
    for one in predicted(prepared.plan, prepared.gathered):
        yield {"member": str(one.member), "outcome": one.outcome.value, "by": one.by.name.lower()}


def _predicted_words(people: Iterable[Predicted]) -> str:
    count = Counter((p.outcome, p.by) for p in people)
    by = {By.STATEMENT: "", By.SUBSCRIBER: " by the subscriber's statement", By.OMISSION: " by omission"}
    return ", ".join(f"{n} {outcome.value}{by[how]}" for (outcome, how), n in sorted(count.items(), key=_in_order))


def _in_order(item: tuple[tuple[Outcome, By], int]) -> tuple[int, int]:
    (outcome, how), _ = item
    return list(Outcome).index(outcome), list(By).index(how)


def plan_page(profile: FeedProfile, prepared: Prepared, *, reveal: bool) -> str:
    """Give a plan as a page that needs nothing from elsewhere."""
    plan = prepared.plan
    facts = {
        "Carrier": profile.carrier.name,
        "Snapshot of": plan.as_of.isoformat(),
        "Scope": plan.scope.value.replace("_", " "),
        "Plan": prepared.plan_digest[:12],
    }
    people = list(predicted(plan, prepared.gathered))
    if people:
        facts["The carrier's book then"] = _predicted_words(people)
    return page(
        "plan.html",
        feed=profile.feed_id,
        reveal=reveal,
        facts=facts,
        counts=people_by_word(plan.counts),
        guards=[guard.reason for guard in plan.guards],
        members=[_on_page(m, reveal=reveal) for s in plan.statements for m in s.members],
        along=[f"{one.member} {one.outcome.value} by {one.by.value}" for one in people if one.by is not By.STATEMENT],
        withheld=list(_withheld(prepared)),
        findings=list(dict.fromkeys((f.code, f.message) for f in plan.findings)),
    )


def _on_page(member: MemberStatement, *, reveal: bool) -> dict[str, Any]:
    return {
        "mark": _MARKS[member.action],
        "ref": str(member.member.ref),
        "what": _what(member),
        "why": member.reason.replace("_", " ") if member.reason else "",
        "changes": [
            (name.replace("_", " "), _shown(old, reveal), _shown(new, reveal)) for name, old, new in _changes(member)
        ],
        "coverages": [(_MARKS[c.action], _coverage_words(c, reveal=reveal)) for c in member.coverages],
    }


def _what(member: MemberStatement) -> str:
    return ", ".join(dict.fromkeys(e.kind.value.replace("_", " ") for e in member.events)) or "restated"


def _coverage_facts(statement: CoverageStatement, *, reveal: bool) -> dict[str, Any]:
    return {
        "benefit": statement.coverage.benefit,
        "action": statement.action.value,
        "plan": _shown(statement.coverage.plan_code, reveal),
        "begin": _shown(statement.begin, reveal),
        "end": _shown(statement.end, reveal),
        "changes": _change_facts(_span_changes(statement), reveal=reveal),
    }


def _change_facts(changes: Iterable[tuple[str, Value, Value]], *, reveal: bool) -> list[dict[str, str]]:
    return [{"field": name, "old": _shown(old, reveal), "new": _shown(new, reveal)} for name, old, new in changes]


def _member_lines(member: MemberStatement, *, reveal: bool) -> Iterator[str]:
    words = _what(member)
    why = f" ({member.reason.replace('_', ' ')})" if member.reason else ""
    yield f"{_MARKS[member.action]} {member.member.ref}   {words}{why}"
    for name, old, new in _changes(member):
        yield f"      {name}: {_shown(old, reveal)} → {_shown(new, reveal)}"
    for coverage in member.coverages:
        yield f"      {_MARKS[coverage.action]} {_coverage_words(coverage, reveal=reveal)}"


def _coverage_words(statement: CoverageStatement, *, reveal: bool) -> str:
    coverage, reported = statement.coverage, statement.reported
    changes = {name: (_shown(old, reveal), _shown(new, reveal)) for name, old, new in _span_changes(statement)}
    words = [coverage.benefit]
    for name in _NAMED:
        if name in changes or coverage.values.get(name) is not None:
            words.append(" → ".join(changes.get(name, (_shown(coverage.values[name], reveal),))))
    words.append(f"from {_old_day(reported.begin if reported else None, statement.begin, reveal)}")
    # A last day may be reported rounded, or a far one for none: only what is another in the source is said to change.
    is_moved = reported is not None and reported.end != coverage.end
    end = _old_day(reported.end if reported is not None and is_moved else None, statement.end, reveal)
    if end:
        words.append(f"to {end}")
    words += [f"{n}: {old} → {new}" for n, (old, new) in changes.items() if n not in _IN_THEIR_OWN_WORDS]
    return " ".join(w for w in words if w)


def _old_day(old: date | None, new: date | None, reveal: bool) -> str:
    if old is None or old == new:
        return _shown(new, reveal) if new is not None else ""
    return f"{_shown(old, reveal)} → {_shown(new, reveal)}"


def _span_changes(statement: CoverageStatement) -> Iterable[tuple[str, Value, Value]]:
    """What of a reported span is reported otherwise now: field, as reported, as now."""
    reported = statement.reported
    changed = _values_changed(reported.values, statement.coverage.values) if reported is not None else []
    return [one for one in changed if one[0] not in _NOT_REPORTED_OF_A_SPAN]


def _changes(member: MemberStatement) -> Iterable[tuple[str, Value, Value]]:
    if member.reported is None:
        return []
    changed = _values_changed(member.reported.values, member.member.values)
    before, now = (_insurers(m) for m in (member.reported, member.member))
    return [*changed, ("other_insurance", before, now)] if before != now else changed


def _values_changed(old: Mapping[str, Value], new: Mapping[str, Value]) -> list[tuple[str, Value, Value]]:
    return [
        (name, old[name], value)
        for name, value in new.items()
        if name in old and canonical(old[name]) != canonical(value)
    ]


def _insurers(member: ReleasedMember) -> str | None:
    """Other insurance in a few words; None where there is none."""
    rows = (" ".join(canonical(v) for _, v in sorted(row.items()) if v is not None) for row in member.other_insurance)
    return "; ".join(sorted(rows)) or None


def _shown(value: Value, reveal: bool) -> str:
    if value is None:
        return "—"
    return str(value) if reveal else masked(str(value))


def _withheld(prepared: Prepared) -> Iterator[str]:
    for group, fields in sorted(prepared.release.fields.items()):
        withheld = sorted(prepared.uses.difference(fields))
        names = f"; of those that the mapping uses it withholds {', '.join(withheld)}" if withheld else ""
        yield f"{group} allows {len(fields)} fields{names}"
    for ref in sorted(prepared.gathered.quarantined):
        yield f"withheld: family {ref} is quarantined; what was last reported of it stands"
    for target in prepared.plan.waiting:
        yield f"withheld: family {target.ref} waits for a person; the finding says why"
    for pending in prepared.plan.pending:
        about = f" {pending.benefit}" if pending.benefit else ""
        yield f"pending: {pending.member}{about} ({pending.why.value.replace('_', ' ')})"
    left_out = prepared.plan.left_out
    for missing in prepared.plan.missing:
        so = "the file leaves them out" if missing in left_out else "what was last reported stands"
        yield f"withheld: {missing} is missing; {so}"
    for late in prepared.plan.late:
        became = "reported tonight" if late.is_reported else "not reported tonight"
        yield (
            f"late: {late.member} {late.benefit} is over for {late.days} days and the carrier still holds it "
            f"({late.why.value}); {became}"
        )
