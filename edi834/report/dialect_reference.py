"""The reference of the dialect: every rule with its values, by group, and the pairs that are refused.

It is read off the code. ``docs/concepts/dialect.md`` is this text, and a test compares the two; running this module
writes it anew.
What a rule does is ``edi834/book``'s.
"""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from edi834.book import Dialect, contradictions
from edi834.book.dialect import RuleKind

__all__ = ["dialect_reference"]

_HEAD = """# The dialect: how a carrier wants changes stated, and how it reads them

A feed's or mapping's `[rules]` table sets these rules. A rule that is not named keeps its default. `edi834 check`
refuses an unknown name or value, with its line (E834-0137). *Seen* names the guides and systems in which a rule was
met. Each rule is independent of the others, except for the [pairs that are refused](#pairs-that-are-refused). What each
value looks like in a file is on the page about [changes](changes.md).

This page is generated: `python -m edi834.report.dialect_reference > docs/concepts/dialect.md`.
"""

_READING = """What the carrier's system does with a statement. Nothing else is inferred: the predicted book, the choice
of statements after a rejection and the pairs that are refused all follow from these four rules and `cascade`. Ask the
carrier, and write down its answer."""

_GROUPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "How changes are stated": (
        "The form of each kind of change.",
        (
            "termination", "cascade", "cancellation", "reinstatement", "plan_change", "policy_change", "end_correction",
            "begin_correction", "begin_date", "ssn_correction", "after_rejection",
        ),
    ),
    "Which days": (
        "Which days are stated, and which wait.",
        (
            "end_date", "open_end", "plan_year_end", "look_forward_days", "mask_ends_after_days", "retro_limit_days",
            "blackout_begin", "blackout_end",
        ),
    ),
    "Who": (
        "Which members are stated, and what is reported of each.",
        ("tier", "dependents", "address", "identity_change", "gave_way", "missing", "missing_end"),
    ),
    "Files": (
        "What a file and its transaction sets hold.",
        ("full_file", "ended_coverage", "ended_coverage_days", "empty_file", "sort", "transaction_sets", "split"),
    ),
    "How the carrier reads": (
        _READING,
        ("coverage_identity", "new_plan", "omission", "full_statement"),
    ),
}  # fmt: skip

_CODES = """## Which codes state it

A rule says how a change is stated, and a table of the mapping by which code. A mapping that `extends` the base one
names only the words for which it wants another code. `edi834 check` refuses a code that its element does not have.

| table | element | words | seen |
|---|---|---|---|
| `[tables.maintenance]` | INS03 | `add`, `change`, `correct`, `delete`, `end`, `reinstate`; `audit` for the people in \
a full file | X12: 030 in an audit (BGN08 4); Ohio ODM |
| `[tables.coverage_maintenance]` | HD01 | the same | 001 or 026 for a corrected coverage; 002 for a deleted one |
| `[tables.reason]` | INS04 | the snapshot's `event`; without one, what happened | X12's published examples; GlueDB; \
eMedNY |
| `[tables.purpose]`, `[tables.scope]` | BGN01, BGN08 | how a file is sent; `changes`, `full_audit`, `full_replace` | \
Delta Dental (RX) |

A word with the code `""` leaves its element blank, and the line `"2000/INS04" = false` always leaves it blank: for
a carrier that takes no reason. An expression may use `file.scope` if a code differs between modes, as in
`"2000/INS03" = "'021' if file.scope == 'full_audit' else change.action | lookup('maintenance')"`.
"""

_REFUSED = """## Pairs that are refused

A way to state a change is of no use if the carrier, as it is declared to read, cannot understand it. `edi834 check`
refuses these pairs, and names the value that would be understood: E834-0145 for `missing`, E834-0147 for the others. It
also refuses `begin_date = "span"` (E834-0147) if the mapping has no place for the day of the change.

| this | is refused with | reason |
|---|---|---|"""

_MODES = ("changes", "full_audit", "full_replace")
_A_VALUE = re.compile(r'omission = "\w+" does not end them in mode \w+')


def dialect_reference() -> str:
    """Give the reference as Markdown."""
    rules = {rule.name: rule for rule in dataclasses.fields(Dialect)}
    meanings = _meanings(Dialect.__doc__ or "")
    groups = []
    for title, (about, names) in _GROUPS.items():
        groups += [f"## {title}\n\n{about}\n", *(line for n in names for line in _rule(rules[n], meanings[n]))]
    return "\n".join((_HEAD, *groups, _REFUSED, *_pairs(rules), "", _CODES))


def _rule(rule: dataclasses.Field[Any], meaning: str) -> Iterator[str]:
    declared = rule.metadata
    default = f'"{rule.default}"' if isinstance(rule.default, str) else str(rule.default)
    yield f"### `{rule.name}`\n"
    said = meaning.removeprefix("Reading: ")
    yield f"{said[0].upper()}{said[1:]}\n"
    if declared["kind"] is RuleKind.CHOICE:
        yield "| value | meaning |\n|---|---|"
        for value, text in declared["values"].items():
            star = " (default)" if value == rule.default else ""
            yield f'| `"{value}"`{star} | {text} |'
        yield ""
    elif declared["kind"] is RuleKind.DAYS:
        yield f"A number of days; -1 is without limit. Default: `{default}`.\n"
    else:
        yield f"A day of the year, `MM-DD`, or empty. Default: `{default}`.\n"
    yield f"*Seen:* {declared['seen']}.\n"


def _pairs(rules: Mapping[str, dataclasses.Field[Any]]) -> Iterator[str]:
    """A line for each value that another rule's value makes useless, as :func:`contradictions` finds them."""
    found: dict[str, tuple[list[str], str]] = {}
    for name, rule in rules.items():
        for value in rule.metadata["values"]:
            for other in (o for o in rules if o != name):
                for where, why in _refused_with(name, value, rules[other]):
                    found.setdefault(f'`{name} = "{value}"`', ([], why))[0].append(where)
    for this, (where_all, why) in found.items():
        yield f"| {this} | {'; '.join(where_all)} | {_A_VALUE.sub('these files do not end them', why)} |"


def _refused_with(name: str, value: str, other: dataclasses.Field[Any]) -> Iterator[tuple[str, str]]:
    """With which values of another rule a value is refused, and why; nothing where the other rule decides nothing."""
    outcomes = {
        one: {mode: _refused(mode, name, **{name: value, other.name: one}) for mode in _MODES}
        for one in other.metadata["values"]
    }
    if len({tuple(map(bool, by_mode.values())) for by_mode in outcomes.values()}) < 2:
        return
    for one, by_mode in outcomes.items():
        modes = [f"`{mode}`" for mode, why in by_mode.items() if why]
        if modes:
            within = f" in files of mode {' and '.join(modes)}" if len(modes) < len(_MODES) else ""
            yield f'`{other.name} = "{one}"`{within}', next(filter(None, by_mode.values()))


def _refused(mode: str, name: str, **rules: Any) -> str:
    """Why a rule is refused; empty where it is not."""
    return next((p.message for p in contradictions(Dialect(**rules), mode) if p.name == name), "")


def _meanings(text: str) -> dict[str, str]:
    """What the docstring says of each attribute, one sentence a rule; two names may share one."""
    meanings: dict[str, str] = {}
    for names, meaning in re.findall(r"^ {6}([a-z_, ]+): (.+)$", text, re.MULTILINE):
        meanings.update(dict.fromkeys(names.split(", "), meaning))
    return meanings


if __name__ == "__main__":
    sys.stdout.write(dialect_reference())
