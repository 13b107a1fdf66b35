"""The reference of the rules: every knob of change semantics with its values, read off the code that keeps them.

``docs/onboarding/rules.md`` is this text, and a test holds the two together; running this module writes it anew.
What a rule does is ``edi834/book``'s.
"""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Iterator

from edi834.book import Dialect
from edi834.book.dialect import RuleKind

__all__ = ["rules_reference"]

_HEAD = """# The rules: how a carrier wants changes reported

A feed's or mapping's `[rules]` table turns these knobs; whatever is not named keeps its default. A name or value that
is not here is refused by `edi834 check`, with its line. *Seen* says in which guides and systems it was met.
"""

_CODES = """## Which codes say it

A rule says how a thing is reported, and a table of the mapping by which code. A mapping that `extends` the base one
names only the words that it wants otherwise. `edi834 check` refuses a code that its element does not have.

| table | element | words | seen |
|---|---|---|---|
| `[tables.maintenance]` | INS03 | `add`, `change`, `correct`, `delete`, `end`, `reinstate`; `audit` for whoever a \
full file states | X12: 030 in an audit (BGN08 4); Ohio ODM |
| `[tables.coverage_maintenance]` | HD01 | the same | 001 or 026 for a corrected span; 002 for one taken back |
| `[tables.reason]` | INS04 | the snapshot's `event`, and what happened where it gives none | X12's \
published examples; GlueDB; eMedNY |
| `[tables.purpose]`, `[tables.scope]` | BGN01, BGN08 | how a file is sent; `changes`, `full_audit`, `full_replace` | \
Delta Dental (RX) |

A word that is given as `""` leaves its element blank, and the line `"2000/INS04" = false` leaves it blank whatever
happened: for a carrier that takes no reason. A line may ask for `file.scope` where a code differs between modes, as in
`"2000/INS03" = "'021' if file.scope == 'full_audit' else change.action | lookup('maintenance')"`.
"""


def rules_reference() -> str:
    """Give the reference as Markdown."""
    return "\n".join((_HEAD, *_rules(), _CODES))


def _rules() -> Iterator[str]:
    meanings = _meanings(Dialect.__doc__ or "")
    for rule in dataclasses.fields(Dialect):
        declared = rule.metadata
        default = f'"{rule.default}"' if isinstance(rule.default, str) else str(rule.default)
        yield f"## `{rule.name}`\n"
        yield f"{meanings[rule.name]}\n"
        if declared["kind"] is RuleKind.CHOICE:
            yield "| value | meaning |\n|---|---|"
            for value, meaning in declared["values"].items():
                star = " (default)" if value == rule.default else ""
                yield f'| `"{value}"`{star} | {meaning} |'
            yield ""
        elif declared["kind"] is RuleKind.DAYS:
            yield f"A number of days; -1 is without limit. Default: `{default}`.\n"
        else:
            yield f"A day of the year, `MM-DD`, or empty. Default: `{default}`.\n"
        yield f"*Seen:* {declared['seen']}.\n"


def _meanings(text: str) -> dict[str, str]:
    """What the docstring says of each attribute, one sentence a rule; two names may share one."""
    meanings: dict[str, str] = {}
    for names, meaning in re.findall(r"^ {6}([a-z_, ]+): (.+)$", text, re.MULTILINE):
        meanings.update(dict.fromkeys(names.split(", "), meaning))
    return meanings


if __name__ == "__main__":
    sys.stdout.write(rules_reference())
