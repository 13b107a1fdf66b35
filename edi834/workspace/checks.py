"""A carrier's own rules, as the operator writes them down from its companion guide: ``carriers/<id>/checks.toml``.

Every mistake is collected with its place. A rule is a table named by the carrier's own code for it; it says one thing,
of one address of the guide, for all of the carrier's feeds or those it names.
Asking a file the rules is ``edi834/check/carrier``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edi834.check.carrier import CarrierRule, CarrierRules, Condition, Says, shape_pattern
from edi834.errors import ConfigurationError
from edi834.feed.profile import FeedProfile
from edi834.mapping.language.tables import table_from_csv
from edi834.model import Finding, Severity
from edi834.workspace.toml_file import TomlTable, read_toml
from edi834.x12 import GUIDE_005010X220A1, resolve
from edi834.x12 import Path as Address

__all__ = ["CHECKS", "CheckWords", "checks_of", "read_checks", "rule_of"]

CHECKS = "checks.toml"
_KEYS = "allowed, allowed_in, required, not_sent, shortest or longest, shape, most, order, ascending, upper_case"
_ONLY = ("", "subscriber", "dependent")
_MOST_BYTES = 1_000_000
_NEEDS_ELEMENT = frozenset((Says.ALLOWED, Says.LENGTH, Says.SHAPE, Says.ORDER, Says.ASCENDING))
_NEEDS_PERSON = frozenset((Says.ORDER, Says.ASCENDING))


@dataclass(frozen=True, slots=True)
class CheckWords:
    """What the keys of a rule mean, for whoever writes one.

    Attributes:
      at: Where the rule looks: an address of the guide, such as 2300/HD04 or 2100C.
      severity: error refuses a file, warning only tells.
      words: What is wrong where the rule is broken, in one sentence.
      source: Where the carrier says so; added to the file's own source.
      feeds: The feeds of the carrier for which it holds; all where none is named.
      only: subscriber or dependent, where it holds for these alone.
      when: Holds only where the element at an address is one of these values.
      allowed: The values that the carrier takes.
      allowed_in: A code table beside this file whose column holds the values that the carrier takes.
      column: Which column of it; its first column is the key.
      required: The segment, element or loop must be there, in every occurrence of the loop around it.
      not_sent: It must not be there.
      shortest, longest: How long the text may be.
      shape: A picture of the text: 9 a digit, A a capital, X either, anything else itself.
      most: How often the segment or loop may stand in the loop around it.
      order: The people of a family stand in the order of these values.
      ascending: From person to person the value never decreases.
      upper_case: The text has no small letters; without an element, no text of the segment or loop has.
    """


def read_checks(profile: FeedProfile, home: Path) -> tuple[CarrierRules, tuple[Finding, ...]]:
    """Read the rules that a feed's carrier has for it; none, where it has no such file.

    Returns:
      The rules that can be read, and everything wrong with the file.
    """
    file = profile.carrier.folder / CHECKS
    none = CarrierRules(profile.carrier.carrier_id, ())
    if not file.is_file():
        return none, ()
    try:
        table = read_toml(file, shown=file.relative_to(home).as_posix() if file.is_relative_to(home) else file.name)
    except ConfigurationError as error:
        return none, (Finding(error.code, Severity.ERROR, error.message, place=error.place, remedy=error.remedy),)
    rules = checks_of(table, file, profile.feed_id)
    return CarrierRules(profile.carrier.carrier_id, tuple(rules)), table.findings()


def checks_of(table: TomlTable, file: Path, feed_id: str) -> list[CarrierRule]:
    """Read one file; what is wrong with it is the table's to tell."""
    source = table.text("source") or ""
    rules = table.table("rules")
    found = []
    for name in rules.names():
        one = rules.table(name)
        feeds = one.texts("feeds")
        rule = rule_of(one, name, file, source)
        if rule is not None and (not feeds or feed_id in feeds):
            found.append(rule)
    return found


def rule_of(table: TomlTable, name: str, file: Path, source: str) -> CarrierRule | None:
    """Read one rule."""
    at = _address(table, "at")
    severity = Severity(table.choice("severity", ("error", "warning"), default="error"))
    words, own_source = table.text("words") or "", table.text("source") or ""
    only = table.choice("only", _ONLY, default="")
    when = _condition(table.table("when"))
    allowed, listed, order = table.texts("allowed"), _listed(table, file), table.texts("order")
    shortest, longest, most = (table.integer(key, default=0) for key in ("shortest", "longest", "most"))
    picture = table.text("shape")
    said = {
        Says.ALLOWED: bool(allowed or listed),
        Says.REQUIRED: table.flag("required", default=False),
        Says.NOT_SENT: table.flag("not_sent", default=False),
        Says.LENGTH: bool(shortest or longest),
        Says.SHAPE: bool(picture),
        Says.MOST: bool(most),
        Says.ORDER: bool(order),
        Says.ASCENDING: table.flag("ascending", default=False),
        Says.UPPER_CASE: table.flag("upper_case", default=False),
    }
    says = [one for one, is_said in said.items() if is_said]
    if len(says) != 1:
        reported = f"{len(says)} things" if says else "nothing"
        table.complain("E834-0148", f"the rule {name} says {reported}", remedy=f"a rule says one of {_KEYS}")
    if at is None or len(says) != 1:
        return None
    _fits(table, at, says[0])
    return CarrierRule(
        name, at, says[0], severity, words, ", ".join(filter(None, (source, own_source))), only, when,
        (*allowed, *listed) or order, shortest, most or longest, shape_pattern(picture) if picture else None,
    )  # fmt: skip


def _listed(table: TomlTable, file: Path) -> tuple[str, ...]:
    """The values in a column of a code table, which lies within the carrier's folder."""
    named, column = table.text("allowed_in"), table.text("column")
    if named is None:
        return ()
    place = file.parent / named
    inside = place.resolve().is_relative_to(file.parent.resolve())
    if not inside or not place.is_file() or place.stat().st_size > _MOST_BYTES:
        table.complain("E834-0106", f"there is no code table {named} in the carrier's folder", "allowed_in")
        return ()
    made, findings = table_from_csv(named, named, place.read_text(encoding="utf-8-sig", errors="replace"))
    if made is None:
        table.complain(findings[0].code, f"{named}: {findings[0].message}", "allowed_in")
        return ()
    wanted = column or made.columns[0]
    if wanted not in made.columns:
        table.complain("E834-0126", f"{named} has no column {wanted!r}; it has {', '.join(made.columns)}", "column")
        return ()
    return tuple(sorted(made.texts(wanted)))


def _address(table: TomlTable, key: str) -> Address | None:
    """An address of the guide; a segment without its qualifier means all of its uses."""
    text = table.required_text(key)
    if not text:
        return None
    try:
        at = Address.parse(text)
        try:
            resolve(at, GUIDE_005010X220A1)
        except ConfigurationError as error:
            if error.code != "E834-0405":
                raise
    except ConfigurationError as error:
        table.complain(error.code, error.message, key, remedy=error.remedy)
        return None
    return at


def _condition(table: TomlTable) -> Condition | None:
    if not table.names():
        return None
    at, values = _address(table, "at"), frozenset(table.texts("is", required=True))
    if at is not None and not at.element:
        table.complain("E834-0148", f"a condition asks for an element, and {at} is none", "at")
    return Condition(at, values) if at is not None else None


def _fits(table: TomlTable, at: Address, says: Says) -> None:
    """Whether what is said can be said of an address."""
    if says in _NEEDS_ELEMENT and not at.element:
        table.complain("E834-0148", f"{says.value} is said of an element, and {at} is none", "at",
                       remedy=f"name the element: {at}01")  # fmt: skip
    person = {loop.id for loop in GUIDE_005010X220A1.loops["2000"].walk()}
    if says in _NEEDS_PERSON and at.loop not in person:
        table.complain("E834-0148", f"{says.value} is said of people, and {at} is in the header", "at")
    if says is Says.MOST and at.element:
        table.complain("E834-0148", f"most counts segments or loops, and {at} is an element", "at")
