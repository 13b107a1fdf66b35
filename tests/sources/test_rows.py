"""One wrong row keeps its own family as it was last reported, says why and where, and lets everybody else go."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import edi834
from edi834.model import CarrierId, Severity
from edi834.sources import SourceSettings
from tests.sources.builders import (
    AT_ONCE,
    KEY,
    Row,
    Tables,
    as_csv,
    codes,
    coverage,
    errors,
    family,
    household,
    member,
    opened,
    person,
    selecting,
)

STORIES = tomllib.loads((Path(edi834.__path__[0]) / "codes" / "sources.toml").read_text(encoding="utf-8"))
CANARY = "Zzyzxqueue"


@dataclass(frozen=True)
class Case:
    """A change to the household, and what it must lead to."""

    name: str
    code: str
    change: Callable[[Tables], object]
    secret: str = ""


def on(table: str, row: int, **values: str) -> Callable[[Tables], object]:
    return lambda tables: tables[table][row].update(values)


def adding(table: str, *rows: Row) -> Callable[[Tables], object]:
    return lambda tables: tables[table].extend(rows)


def both(*changes: Callable[[Tables], object]) -> Callable[[Tables], object]:
    return lambda tables: [change(tables) for change in changes]


# The household's first family is E1 with the child D1; E2 is alone and must never be touched.
HELD = [
    Case(
        "B06 a control character that latin-1 left behind",
        "E834-0361",
        on("members", 0, last_name=f"O\x92{CANARY}"),
        CANARY,
    ),
    Case("B19 a line break in a name", "E834-0361", on("members", 1, first_name=f"{CANARY}\nTwo"), CANARY),
    Case("B75 a tab in a name", "E834-0361", on("members", 0, last_name=f"{CANARY}\tTwo"), CANARY),
    Case("B39 one key, two different rows", "E834-0374", adding("members", member("E1", last_name=CANARY)), CANARY),
    Case(
        "B40 two of a family with one SSN",
        "E834-0375",
        both(on("members", 0, ssn="900-12-3456"), on("members", 1, ssn="900123456")),
        "900123456",
    ),
    Case("B43 an orphan dependent", "E834-0377", lambda t: t["members"].pop(0)),
    Case(
        "B44 a dependent of a terminated subscriber",
        "E834-0378",
        both(on("members", 0, employment_status="terminated"), on("coverages", 0, end_date="2026-10-31")),
    ),
    Case(
        "B47 two spouses",
        "E834-0379",
        both(
            adding("members", member("S1", "E1", relationship="spouse"), member("S2", "E1", relationship="spouse")),
            adding("coverages", coverage("S1"), coverage("S2", benefit="dental", carrier_id="see")),
        ),
    ),
    Case("B48 a dependent who is self", "E834-0380", on("members", 1, relationship="self")),
    Case("B48 a subscriber who is not", "E834-0380", on("members", 0, relationship="spouse")),
    *(
        Case(f"B49 an unknown {column}", "E834-0362", on("members", 0, **{column: CANARY}), CANARY)
        for column in ("relationship", "gender", "marital_status", "employment_status", "student_status", "event")
    ),
    Case("B49 an unknown benefit", "E834-0362", on("coverages", 0, benefit=CANARY), CANARY),
    Case("B49 an unknown tier", "E834-0362", on("coverages", 1, tier=CANARY), CANARY),
    Case(
        "B52 overlapping coverages",
        "E834-0382",
        adding("coverages", coverage("E1", effective_date="2026-06-01", plan_code=CANARY)),
        CANARY,
    ),
    Case(
        "B52 one span within another",
        "E834-0382",
        adding("coverages", coverage("D1", effective_date="2026-02-01", end_date="2026-03-01")),
    ),
    Case(
        "B54 COBRA without its event",
        "E834-0381",
        on("members", 0, employment_status="cobra", cobra_begin="2026-02-01"),
    ),
    Case(
        "B54 COBRA without its day", "E834-0381", on("members", 0, employment_status="cobra", cobra_event="termination")
    ),
    Case(
        "B54 COBRA and active at once",
        "E834-0388",
        on("members", 0, employment_status="active", cobra_event="termination", cobra_begin="2026-02-01"),
    ),
    *(
        Case(f"B55 a premium of {text}", "E834-0367", on("coverages", 0, premium=text), text)
        for text in ("-12.50", "12.505", "1,234.50", "$1234", "1e3", "NaN", "Infinity", "１２")
    ),
    Case("B55 a salary with a sign", "E834-0367", on("members", 0, salary="-90210"), "90210"),
    *(
        Case(f"B59 {text} as a birth date", "E834-0363", on("members", 1, birth_date=text), text)
        for text in ("2023-02-29", "2024-02-30", "2024-13-01", "2024-00-10")
    ),
    Case("B61 born tomorrow", "E834-0372", on("members", 1, birth_date="2026-11-23"), "2026-11-23"),
    Case("B61 born before 1900", "E834-0372", on("members", 0, birth_date="1899-12-31"), "1899-12-31"),
    Case("B62 born after being hired", "E834-0373", on("members", 0, hire_date="1979-01-01"), "1979-01-01"),
    *(
        Case(
            f"B62 a subscriber of three, {status}",
            "E834-0389",
            on("members", 0, birth_date="2023-05-05", employment_status=status),
            "2023-05-05",
        )
        for status in ("active", "full_time", "part_time", "leave", "laid_off", "retired")
    ),
    Case("B63 ended before it began", "E834-0383", on("coverages", 0, end_date="2025-12-30"), "2025-12-30"),
    Case("B65 an open end that is not declared", "E834-0366", on("coverages", 0, end_date="9999-12-31"), "9999-12-31"),
    Case("B66 a two-digit year", "E834-0364", on("members", 0, birth_date="010168"), "010168"),
    Case("B67 one date in another form", "E834-0364", on("members", 0, birth_date="02/03/1990"), "02/03/1990"),
    Case("B68 a date with a time", "E834-0365", on("members", 0, hire_date="2020-01-01T00:00:00Z"), "2020-01-01"),
    *(
        Case(f"B72 an SSN like {text!r}", "E834-0370", on("members", 1, ssn=text), text)
        for text in (
            "90012345",
            "9001234567",
            "90012345A",
            "900 12 3456",
            "999999999",
            "123456789",
            "000-12-3456",
            "666123456",
            "900-123456",
        )
    ),
    *(
        Case(f"B84 no {column}", "E834-0360", on("members", 1, **{column: "  "}))
        for column in ("last_name", "first_name", "birth_date", "gender", "relationship", "member_id")
    ),
    Case("B84 no subscriber_id on the employee's own row", "E834-0360", on("members", 0, subscriber_id="")),
    Case("B84 no plan_code", "E834-0360", on("coverages", 0, plan_code="")),
    Case("B84 no first day", "E834-0360", on("coverages", 0, effective_date="")),
    *(
        Case(f"B85 a ZIP code {text}", "E834-0371", on("members", 0, postal_code=text), text)
        for text in ("2116", "02116-", "K1A 0B1")
    ),
    Case(
        "B85 a mailing ZIP code that lost its zero",
        "E834-0371",
        on("members", 0, mailing_postal_code="2116", mailing_country="US"),
        "2116",
    ),
    Case("a lost character", "E834-0387", on("members", 0, last_name=f"{CANARY}\ufffd"), CANARY),
    Case("no yes and no no", "E834-0369", on("members", 0, tobacco_use=CANARY), CANARY),
    Case("months that are no number", "E834-0368", on("coverages", 0, prior_coverage_months="1.5"), "1.5"),
    Case("a coverage through a stranger", "E834-0384", on("coverages", 0, subscriber_id="E9")),
]


@pytest.mark.parametrize("case", HELD, ids=lambda case: case.name)
def test_a_wrong_row_keeps_its_family_and_no_other(case: Case, tmp_path: Path) -> None:
    tables = household()
    case.change(tables)

    snapshot = opened(as_csv(tmp_path / "s", tables))

    assert case.code in {finding.code for finding in errors(snapshot)}
    assert family("E1") in snapshot.quarantined(selecting())
    assert family("E2") not in snapshot.quarantined(selecting())
    assert list(snapshot.digests(selecting(), KEY)) == [family("E2")]
    assert [reported.ref for reported in snapshot.families(selecting(), [family("E1"), family("E2")])] == [family("E2")]
    for finding in snapshot.findings:
        assert STORIES[finding.code]["remedy"]
        assert not case.secret or case.secret not in repr(dataclasses.replace(finding, place=None))


@pytest.mark.parametrize("case", HELD, ids=lambda case: case.name)
def test_a_finding_leads_to_its_line_and_person(case: Case, tmp_path: Path) -> None:
    tables = household()
    case.change(tables)

    found = [finding for finding in errors(opened(as_csv(tmp_path / "s", tables))) if finding.code == case.code]

    for finding in found:
        assert finding.place is not None
        assert Path(finding.place.path).name in {"members.csv", "coverages.csv"}
        assert (finding.place.line or 0) >= 2
        assert finding.about is None or finding.about.group_id == "juniper"


def test_a_finding_names_line_column_and_masked_value(tmp_path: Path) -> None:
    tables = household()
    tables["members"][1]["ssn"] = "000-12-3456"

    (finding,) = errors(opened(as_csv(tmp_path / "s", tables)))

    assert finding.place is not None
    assert (finding.place.line, finding.place.name) == (3, "ssn")
    assert finding.about == person("D1", "E1")
    assert finding.message.endswith("(***-**-3456)")


def test_the_line_is_right_after_a_value_of_several_lines(tmp_path: Path) -> None:
    tables = household()
    tables["members"][0]["job_title"] = "one\ntwo\nthree"
    tables["members"][2]["gender"] = "?"

    (finding,) = errors(opened(as_csv(tmp_path / "s", tables)))

    assert finding.place is not None
    assert finding.place.line == 6


FINE = [
    Case(
        "B45 a dependent of two subscribers",
        "",
        both(adding("members", member("D1", "E2")), on("coverages", 1, subscriber_id="E1")),
    ),
    Case(
        "B53 a gap between two spans",
        "",
        both(
            on("coverages", 0, end_date="2026-03-31"), adding("coverages", coverage("E1", effective_date="2026-06-01"))
        ),
    ),
    Case(
        "B53 spans that meet overnight",
        "",
        both(
            on("coverages", 0, end_date="2026-05-31"), adding("coverages", coverage("E1", effective_date="2026-06-01"))
        ),
    ),
    Case("B61 born today", "", on("members", 1, birth_date="2026-11-22")),
    Case("B60 born on 29 February", "", on("members", 0, birth_date="1980-02-29")),
    Case("B72 an ITIN", "", on("members", 0, ssn="912-34-5678")),
    Case(
        "B81 people called Null, NA and 1E5",
        "",
        both(on("members", 0, last_name="Null"), on("members", 1, last_name="NA", first_name="1E5")),
    ),
    Case("B82 a name that begins like a formula", "", on("members", 0, last_name="=1+1")),
    Case("B85 a Canadian address", "", on("members", 0, postal_code="K1A 0B1", country="CA", state="ON")),
    Case("B85 nine digits", "", on("members", 0, postal_code="02116-1234", state="MA")),
    Case("B88 a military address", "", on("members", 0, city="APO", state="AE", postal_code="09012")),
    Case("B90 a name that looks like a template", "", on("members", 0, last_name="{{ 7*7 }}<b>")),
    Case("a code word in capitals", "", on("coverages", 0, benefit="MEDICAL")),
    *(
        Case(
            f"B62 a child with a policy of its own, {status or 'of no employment'}",
            "",
            both(
                on("members", 0, birth_date="2023-05-05", employment_status=status, **more),
                lambda t: t["members"].pop(1),
                lambda t: t["coverages"].pop(1),
            ),
        )
        for status, more in (
            ("", {}),
            ("surviving", {}),
            ("terminated", {}),
            ("cobra", {"cobra_event": "death", "cobra_begin": "2026-02-01"}),
        )
    ),
    Case(
        "a divorced and a new spouse",
        "",
        adding("members", member("S1", "E1", relationship="ex_spouse"), member("S2", "E1", relationship="spouse")),
    ),
    Case(
        "a family that ended together",
        "",
        both(
            on("members", 0, employment_status="terminated"),
            on("coverages", 0, end_date="2026-10-31"),
            on("coverages", 1, end_date="2026-10-31"),
        ),
    ),
]


@pytest.mark.parametrize("case", FINE, ids=lambda case: case.name)
def test_what_is_legal_is_reported(case: Case, tmp_path: Path) -> None:
    tables = household()
    case.change(tables)

    snapshot = opened(as_csv(tmp_path / "s", tables))

    assert errors(snapshot) == []
    assert {family("E1"), family("E2")} <= set(snapshot.digests(selecting(), KEY))


WARNED = [
    Case("B38 the same employee twice", "E834-0346", adding("members", member("E1"))),
    Case("B38 the same coverage twice", "E834-0346", adding("coverages", coverage("E1"))),
    Case("B46 a dependent without coverage", "E834-0347", adding("members", member("D2", "E1"))),
    Case(
        "B53 spans that touch",
        "E834-0348",
        both(
            on("coverages", 0, end_date="2026-06-01"), adding("coverages", coverage("E1", effective_date="2026-06-01"))
        ),
    ),
    Case("B64 a last day on the first", "E834-0349", on("coverages", 0, end_date="2026-01-01")),
    Case("B63 a last day before the first by one", "E834-0349", on("coverages", 0, end_date="2025-12-31")),
    Case("B87 a ZIP code of another state", "E834-0350", on("members", 0, postal_code="83702", state="NY")),
    Case("B79 a zero-width space", "E834-0345", on("members", 0, last_name=f"Al\u200b{CANARY}"), CANARY),
    Case("B79 a right-to-left override", "E834-0345", on("members", 0, last_name=f"\u202e{CANARY}"), CANARY),
    Case("B79 a no-break space", "E834-0345", on("members", 0, last_name=f"De\u00a0{CANARY}"), CANARY),
    Case("B79 a typographic apostrophe", "E834-0345", on("members", 0, last_name=f"O’{CANARY}"), CANARY),
    Case("other insurance of a stranger", "E834-0356", lambda t: t.update(other_insurance=[insured("E9")])),
]


def insured(member_id: str, **changed: str) -> Row:
    row = {"group_id": "juniper", "member_id": member_id, "order": "S", "carrier_name": "Cedar Mutual"}
    return row | changed


@pytest.mark.parametrize("case", WARNED, ids=lambda case: case.name)
def test_what_is_doubtful_is_reported_with_a_warning(case: Case, tmp_path: Path) -> None:
    tables = household()
    case.change(tables)

    snapshot = opened(as_csv(tmp_path / "s", tables))

    assert errors(snapshot) == []
    assert case.code in {finding.code for finding in snapshot.findings if finding.severity is Severity.WARNING}
    assert STORIES[case.code]["remedy"]
    assert family("E1") in snapshot.digests(selecting(), KEY)
    assert not case.secret or not any(case.secret in finding.message for finding in snapshot.findings)


def test_a_repeated_row_counts_once(tmp_path: Path) -> None:
    once = opened(as_csv(tmp_path / "once", household()))
    tables = household()
    for name in tables:
        tables[name] = [row for row in tables[name] for _ in range(3)]
    thrice = opened(as_csv(tmp_path / "thrice", tables))

    assert thrice.identity == once.identity
    assert thrice.digests(selecting(), KEY) == once.digests(selecting(), KEY)
    assert list(thrice.families(selecting(), [family("E1")])) == list(once.families(selecting(), [family("E1")]))


@pytest.mark.parametrize(
    ("column", "value"), [("email", "a*b@c"), ("email", "nobody"), ("home_phone", "x123"), ("work_phone", "12")]
)
def test_b86_a_contact_that_cannot_be_read_is_passed_over_alone(column: str, value: str, tmp_path: Path) -> None:
    tables = household()
    tables["members"][0][column] = value

    snapshot = opened(as_csv(tmp_path / "s", tables))
    (reported,) = snapshot.families(selecting(f"member.{column}"), [family("E1")])

    assert errors(snapshot) == []
    assert {"E834-0352", "E834-0355"} & codes(snapshot)
    assert reported.members[0].unreadable == frozenset({column})
    assert getattr(reported.members[0].member, column) is None
    assert reported.members[1].unreadable == frozenset()


def test_b79_what_was_mended_is_what_everybody_types(tmp_path: Path) -> None:
    tables = household()
    tables["members"][0]["last_name"] = " O’\u200bBrien\u00a0Wren\ufeff "

    (reported,) = opened(as_csv(tmp_path / "s", tables)).families(selecting(), [family("E1")])

    assert reported.members[0].member.last_name == "O'Brien Wren"


def test_b78_text_is_composed_at_the_door_and_keys_meet_however_they_are_written(tmp_path: Path) -> None:
    tables = household()
    tables["members"][0].update(member_id="\u00c91", subscriber_id="E\u03011", last_name="Mun\u0303oz")
    tables["members"][1].update(subscriber_id="E\u03011")
    for at in (0, 3):
        tables["coverages"][at]["member_id"] = "E\u03011"

    snapshot = opened(as_csv(tmp_path / "s", tables))
    (reported,) = snapshot.families(selecting(), [family("\u00c91")])

    assert errors(snapshot) == []
    assert codes(snapshot) == {"E834-0343"}
    assert reported.members[0].member.last_name == "Mu\u00f1oz"


def test_b72_dashes_of_an_ssn_are_removed(tmp_path: Path) -> None:
    tables = household()
    tables["members"][0]["ssn"] = "900-12-3456"

    (reported,) = opened(as_csv(tmp_path / "s", tables)).families(selecting(), [family("E1")])

    assert reported.members[0].member.ssn == "900123456"


@pytest.mark.parametrize("ssn", ["000-12-3456", "666123456", "900123456"])
def test_b72_a_workspace_of_invented_people_takes_numbers_never_issued(ssn: str, tmp_path: Path) -> None:
    tables = household()
    tables["members"][0]["ssn"] = ssn

    assert errors(opened(as_csv(tmp_path / "s", tables), SourceSettings(settle_seconds=0, invented_people=True))) == []


@pytest.mark.parametrize("text", ["9999-12-31", "12/31/2099"])
def test_b65_a_declared_open_end_is_open(text: str, tmp_path: Path) -> None:
    tables = household()
    for row in tables["coverages"]:
        row["end_date"] = text

    snapshot = opened(as_csv(tmp_path / "s", tables), SourceSettings(settle_seconds=0, open_end_dates=(text,)))

    assert errors(snapshot) == []
    assert snapshot.digests(selecting(), KEY) == opened(as_csv(tmp_path / "open", household())).digests(
        selecting(), KEY
    )


def test_b40_two_employees_with_one_ssn_are_both_kept_as_they_were(tmp_path: Path) -> None:
    tables = household()
    tables["members"][2]["ssn"] = tables["members"][0]["ssn"].replace("-", "")

    snapshot = opened(as_csv(tmp_path / "s", tables))

    assert snapshot.quarantined(selecting()) == {family("E1"), family("E2")}


def test_b42_a_member_id_used_again_keeps_both_families_as_they_were(tmp_path: Path) -> None:
    tables = household()
    tables["members"].append(member("D1", "E2", birth_date="1999-09-09"))
    tables["coverages"][1]["subscriber_id"] = "E1"

    snapshot = opened(as_csv(tmp_path / "s", tables))

    assert "E834-0376" in codes(snapshot)
    assert snapshot.quarantined(selecting()) == {family("E1"), family("E2")}


def test_b45_a_coverage_that_does_not_say_through_whom_keeps_both_families_as_they_were(tmp_path: Path) -> None:
    tables = household()
    tables["members"].append(member("D1", "E2"))

    snapshot = opened(as_csv(tmp_path / "s", tables))

    assert "E834-0385" in codes(snapshot)
    assert snapshot.quarantined(selecting()) == {family("E1"), family("E2")}


def test_a_wrong_coverage_matters_only_to_those_who_would_see_it(tmp_path: Path) -> None:
    tables = household()
    tables["coverages"][3]["plan_code"] = ""  # E1's vision, of another carrier

    snapshot = opened(as_csv(tmp_path / "s", tables))

    assert snapshot.quarantined(selecting()) == frozenset()
    assert snapshot.quarantined(dataclasses.replace(selecting(benefits=["vision"]), carrier_id=CarrierId("see"))) == {
        family("E1")
    }


@pytest.mark.parametrize("changed", [{"carrier_id": ""}, {"benefit": "?"}, {"benefit": "?", "carrier_id": ""}])
def test_a_coverage_of_nobody_knows_what_matters_to_everybody(changed: dict[str, str], tmp_path: Path) -> None:
    tables = household()
    tables["coverages"][0].update(changed)

    assert opened(as_csv(tmp_path / "s", tables)).quarantined(selecting()) == {family("E1")}


def test_a_coverage_without_a_member_may_be_anybodys_of_its_group(tmp_path: Path) -> None:
    tables = household()
    tables["members"].append(member("E7", group_id="larch"))
    tables["coverages"] += [coverage("E7", group_id="larch"), coverage("")]

    snapshot = opened(as_csv(tmp_path / "s", tables))
    selection = selecting(groups=["juniper", "larch"])

    assert "E834-0386" in codes(snapshot)
    assert snapshot.quarantined(selection) == {family("E1"), family("E2")}
    assert list(snapshot.digests(selection, KEY)) == [family("E7", "larch")]


def test_a_dependent_without_a_subscriber_id_is_found_through_the_coverage(tmp_path: Path) -> None:
    tables = household()
    tables["members"][1]["subscriber_id"] = ""
    tables["coverages"][1]["subscriber_id"] = "E1"

    assert opened(as_csv(tmp_path / "s", tables)).quarantined(selecting()) == {family("E1")}


def test_other_insurance_that_cannot_be_read_matters_only_where_it_is_reported(tmp_path: Path) -> None:
    tables = household()
    tables["other_insurance"] = [insured("D1", order="?")]

    snapshot = opened(as_csv(tmp_path / "s", tables))

    assert snapshot.quarantined(selecting()) == frozenset()
    assert snapshot.quarantined(selecting("other_insurance.carrier_name")) == {family("E1")}


def test_a_quarantined_family_of_a_group_that_is_not_selected_is_nobodys_business(tmp_path: Path) -> None:
    tables = household()
    tables["members"][0]["gender"] = "?"

    assert opened(as_csv(tmp_path / "s", tables)).quarantined(selecting(groups=["larch"])) == frozenset()


def test_a_systematic_fault_is_summed_up_and_still_holds_everybody(tmp_path: Path) -> None:
    many = 1_200
    tables = {
        "members": [member(f"E{n:05d}", gender="x", ssn="") for n in range(many)],
        "coverages": [coverage(f"E{n:05d}") for n in range(many)],
    }
    tables["members"] = [row | {"subscriber_id": row["member_id"], "relationship": "self"} for row in tables["members"]]

    snapshot = opened(as_csv(tmp_path / "s", tables))

    assert len(snapshot.quarantined(selecting())) == many
    assert len(snapshot.findings) < 1_100
    assert any(re.search(r"E834-0362 in 200 rows more", finding.message) for finding in snapshot.findings)


def test_a_group_that_no_row_names_is_called_by_its_id(tmp_path: Path) -> None:
    snapshot = opened(as_csv(tmp_path / "s", household()))

    assert snapshot.groups[family("E1").group_id].name == "juniper"
    assert codes(snapshot) == {"E834-0343"}


def test_a_group_is_read_with_what_can_be_read_of_it(tmp_path: Path) -> None:
    tables = household()
    tables["groups"] = [
        {
            "group_id": "juniper",
            "name": "Juniper Ridge",
            "tax_id": "12-3456789",
            "contact_email": "?",
            "reenrollment_date": "soon",
        }
    ]

    snapshot = opened(as_csv(tmp_path / "s", tables))
    group = snapshot.groups[family("E1").group_id]

    assert (group.name, group.tax_id, group.contact_email, group.reenrollment_date) == (
        "Juniper Ridge",
        "123456789",
        None,
        None,
    )
    assert codes(snapshot) == {"E834-0351"}
    assert errors(snapshot) == []


def test_settings_of_the_tests_are_the_defaults_but_for_the_waiting() -> None:
    assert dataclasses.replace(AT_ONCE, settle_seconds=30) == SourceSettings()
