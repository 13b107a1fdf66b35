"""The expression language says what it can, and refuses everything else when the mapping is loaded."""

from __future__ import annotations

import time as clock
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.errors import Place
from edi834.mapping.language import (
    Expression,
    Kind,
    Level,
    Scope,
    Setting,
    Unanswered,
    compile_expression,
    inline_table,
    table_from_csv,
)

PLANS, _ = table_from_csv("plans", "codes/plans.csv", "plan,carrier_plan,line\nPPO500,P5,HLT\nHMO1,H1,HMO\nNONE1,,\n")
assert PLANS is not None
TABLES = {
    "plans": PLANS,
    "tiers": inline_table("tiers", {"employee": "EMP", "*": "FAM"}, Place("m.toml", 9)),
}
JANE = Scope(
    member={
        "last_name": "Doe", "first_name": "Jane", "birth_date": date(1980, 1, 2), "salary": Decimal("1234.50"),
        "is_subscriber": True, "tobacco_use": False, "home_phone": "(208) 555-0100", "gender": "F",
        "extra.badge": "007",
    },
    coverage={"plan_code": "PPO500", "tier": "employee", "provider_name": "Smith, Ann"},
    span={"action": "add", "begin": date(2024, 2, 1), "end": None},
    change={"action": "add", "reason": "birth"},
    file={"control_number": 42, "created_time": time(22, 15, 7), "members": 3},
    feed={"office": "B7"},
)  # fmt: skip


def compiled(source: str, level: Level = Level.COVERAGE) -> Expression:
    found = compile_expression(source, Setting(level, frozenset({"office"})), TABLES)
    assert isinstance(found, Expression), found
    return found


def answer(source: str, scope: Scope = JANE, level: Level = Level.COVERAGE) -> Any:
    return compiled(source, level).evaluate(scope)


def refusal(source: str, level: Level = Level.COVERAGE) -> Any:
    found = compile_expression(source, Setting(level, frozenset({"office"})), TABLES, Place("m.toml", 3))
    assert not isinstance(found, Expression), "this compiled"
    return found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("member.last_name", "Doe"),
        ("'021'", "021"),
        ("feed.office", "B7"),
        ("member.extra.badge", "007"),
        ("member.last_name | upper", "DOE"),
        ("member.last_name | lower | left(2)", "do"),
        ("'o neil' | title", "O Neil"),
        ("member.last_name | right(2)", "oe"),
        ("member.home_phone | digits", "2085550100"),
        ("member.last_name | length", 3),
        ("member.last_name | pad_left(5, '0')", "00Doe"),
        ("file.control_number | pad_left(9, '0')", "000000042"),
        ("member.last_name | pad_right(5)", "Doe  "),
        ("member.last_name | replace('o', '0')", "D0e"),
        ("coverage.provider_name | before(',')", "Smith"),
        ("coverage.provider_name | after(',')", "Ann"),
        ("member.last_name | after(',')", None),
        ("member.birth_date | date('CCYYMMDD')", "19800102"),
        ("member.birth_date | date('MM/DD/CCYY')", "01/02/1980"),
        ("member.birth_date | date('YYYY-MM-DD')", "1980-01-02"),
        ("member.birth_date | date('MMDDCCYY')", "01021980"),
        ("member.birth_date | date('CCYYMM')", "198001"),
        ("member.birth_date | date('YYDDD')", "80002"),
        ("file.created_time | time('HH:MM:SS')", "22:15:07"),
        ("member.salary | money(2)", "1234.50"),
        ("member.salary | money(2, implied=true)", "123450"),
        ("member.tobacco_use | yes_no('T', 'N')", "N"),
        ("member.disabled | yes_no('Y', 'N')", None),
        ("member.disabled | yes_no('Y', 'N') | default('U')", "U"),
        ("member.middle_name | default('X')", "X"),
        ("coverage.plan_code | lookup('plans')", "P5"),
        ("coverage.plan_code | lookup('plans', 'line')", "HLT"),
        ("'NONE1' | lookup('plans')", None),
        ("coverage.tier | lookup('tiers')", "EMP"),
        ("'Y' if member.is_subscriber else 'N'", "Y"),
        ("member.last_name if member.gender == 'M'", None),
        ("member.rehire_date or member.birth_date", date(1980, 1, 2)),
        ("'x' if member.rehire_date else 'y'", "y"),
        ("'x' if member.birth_date < span.begin else 'y'", "x"),
        ("'x' if span.end < span.begin else 'y'", "y"),
        ("'x' if change.reason in ['birth', 'adoption'] else 'y'", "x"),
        ("'x' if change.reason not in ['birth'] else 'y'", "y"),
        ("'x' if span.end is none else 'y'", "x"),
        ("'x' if member.last_name is not none and not member.tobacco_use else 'y'", "x"),
        ("member.last_name ~ ';' ~ member.first_name", "Doe;Jane"),
        ("member.middle_name ~ ';'", None),
        ("member.last_name ~ ';' ~ member.middle_name", "Doe;"),
        ("[member.last_name, member.middle_name, member.first_name] | join(' ')", "Doe Jane"),
        ("span.begin | period(member.birth_date) if false", None),
        ("member.birth_date | period(span.begin)", "19800102-20240201"),
        ("span.begin | period(span.end)", None),
        ("'Muñoz' | transliterate", "Munoz"),
    ],
)
def test_what_an_expression_gives(source: str, expected: object) -> None:
    assert answer(source) == expected


def test_totals_are_for_headers() -> None:
    assert answer("file.members", level=Level.FILE) == 3
    assert refusal("file.members").code == "E834-0611"


@pytest.mark.parametrize(
    ("source", "code", "hint"),
    [
        ("021", "E834-0601", "\"'021'\""),
        ("9", "E834-0601", "\"'9'\""),
        ("FT", "E834-0602", "\"'FT'\""),
        ("member.frist_name", "E834-0602", "member.first_name"),
        ("member.policy_number", "E834-0602", "coverage.policy_number"),
        ("feed.ofice", "E834-0602", "feed.office"),
        ("member.last_name | uper", "E834-0604", "upper"),
        ("member.last_name | left", "E834-0604", None),
        ("member.last_name | left('2')", "E834-0604", None),
        ("member.last_name | left(0)", "E834-0604", None),
        ("member.last_name | left(2, 3)", "E834-0604", None),
        ("member.last_name | left(size=3)", "E834-0604", None),
        ("member.birth_date | date('DD.MMM.CCYY')", "E834-0604", None),
        ("member.birth_date | upper", "E834-0605", "date("),
        ("member.birth_date ~ 'x'", "E834-0605", None),
        ("member.salary == 'x'", "E834-0605", None),
        ("'x' if member.salary else 'y'", "E834-0605", "> 0"),
        ("member.last_name if true else member.birth_date", "E834-0605", None),
        ("member.last_name < 'M'", "E834-0605", None),
        ("none", "E834-0605", "false"),
        ("change.action == 'ad'", "E834-0608", "add"),
        ("change.reason in ['brith']", "E834-0608", "birth"),
        ("coverage.tier | lookup('tier')", "E834-0606", "tiers"),
        ("coverage.plan_code | lookup('plans', 'carrierplan')", "E834-0606", "carrier_plan"),
        ("1 < 2 < 3", "E834-0603", None),
        ("member.last_name is defined", "E834-0603", "is none"),
        ("1.5", "E834-0601", None),
        ("", "E834-0601", None),
        ("member.last_name member.first_name", "E834-0601", None),
    ],
)
def test_a_slip_is_reported_with_what_was_probably_meant(source: str, code: str, hint: str | None) -> None:
    found = refusal(source)

    assert found.code == code
    assert found.place == Place("m.toml", 3)
    if hint is not None:
        assert hint in (found.remedy or "")


HOSTILE = [
    "''.__class__", "''.__class__.__mro__[1].__subclasses__()", "member.__class__",
    "member.last_name.__class__", "member.__init__.__globals__", "().__class__.__base__", "[].__class__",
    "{}.__class__", "self", "self._TemplateReference__context", "cycler.__init__.__globals__.os.popen('id')",
    "lipsum.__globals__['os']", "joiner", "namespace()", "range(99999999)", "dict(a=1)", "request.application",
    "config", "loop.index", "super()", "caller()", "varargs", "get_flashed_messages()", "url_for.__globals__",
    "''|attr('__class__')", "member|attr('x')", "''['__class__']", "member['last_name']", "'a'*200000000",
    "'%099999999d'%1", "9**9**9**9", "'a'.join(['b'])", "'{0.__class__}'.format(1)", "''.format_map({})",
    "member.last_name|format(1)", "'x'|list", "'x'|map('upper')|list", "'x'|tojson", "'x'|safe", "'x'|batch(1)",
    "'x'|wordwrap(1)", "'x'|center(100000000)", "'x'|indent(100000000)", "'x'|pad_left(100000000)",
    "'x' in member.last_name", "x}}{% for i in range(9) %}{{i", "x}}{{7*7", "7*7}}", "{{7*7}}", "{% raw %}",
    "}}{#", "a.b.c.d.e", "-member.salary", "+1+1", "[x for x in y]", "lambda: 0", "member.last_name if",
    "(" * 1000, "[" * 1000, "not " * 400 + "true", "-" * 1900 + "1", "'a' if true else " * 100 + "'b'",
    "a" + ".b" * 900, "'a'" + "|upper" * 300, f"'{'a' * 900}' ~ '{'a' * 900}'", "1" + " or 1" * 350,
    "\\u0027\\u0027.__class__", "'\\x27.__class__'.x", "member.last_name()", "member.last_name|upper()()",
    "x" * 5000, "9" * 1999, "'" + "\\" * 1999, "\x00", "\ud800", "member.extra.", "member..last_name",
    "*member", "**member", "a if b else c if", "`id`", "member.last_name | split('')", "member.last_name | slice(0, 9)",
    "member.last_name | slice(1, 100000000)", "[member.last_name, member.first_name]",
    "member.last_name | split(';')[0]",
]  # fmt: skip


def test_a_text_split_into_more_than_a_segment_can_repeat_is_a_finding() -> None:
    with pytest.raises(Unanswered) as caught:
        answer("member.last_name | split('a') | join('b')", Scope(member={"last_name": "a" * 900}))

    assert caught.value.code == "E834-0639"
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize("payload", HOSTILE)
def test_a_hostile_expression_is_a_diagnostic_and_quick(payload: str) -> None:
    began = clock.monotonic()

    assert refusal(payload).code.startswith("E834-06")
    assert clock.monotonic() - began < 1


def test_replacing_cannot_fill_the_memory() -> None:
    growing = "member.last_name" + " | replace('a', 'aaaaaaaaaa')" * 12
    scope = Scope(member={"last_name": "a" * 10})

    with pytest.raises(Unanswered) as caught:
        answer(growing, scope)

    assert caught.value.code == "E834-0639"


@given(st.text(max_size=200))
def test_any_text_is_an_expression_or_a_diagnostic(source: str) -> None:
    found = compile_expression(source, Setting(Level.COVERAGE), TABLES)

    assert isinstance(found, Expression) or found.code.startswith("E834-06")


def test_what_a_template_in_a_value_says_is_only_text() -> None:
    assert answer("member.last_name ~ '!'", Scope(member={"last_name": "{{ 7*7 }}<b>"})) == "{{ 7*7 }}<b>!"


def test_an_expression_says_which_fields_it_uses() -> None:
    source = "subscriber.ssn if reported.ssn != member.ssn else coverage.plan_code | lookup('plans')"

    assert compiled(source).uses == {"member.ssn", "coverage.plan_code"}
    assert compiled("'Y' if member.is_subscriber else feed.office").uses == frozenset()
    assert compiled("'Y' if member.has_itin").uses == {"member.ssn"}
    assert compiled("change.reason").uses == {"member.event", "member.event_date", "coverage.end_reason"}
    assert compiled("change.effective_date").uses == {"member.event_date"}
    assert compiled("member.extra.badge").uses == {"member.extra.badge"}


def test_an_expression_says_what_it_may_give() -> None:
    assert compiled("'A' if member.is_subscriber else 'B'").literals == {"A", "B"}
    assert compiled("'ab' | upper").literals == {"AB"}
    assert compiled("coverage.plan_code | lookup('plans')").literals == {"P5", "H1"}
    assert compiled("member.disabled | yes_no('Y', 'N') | default('U')").literals == {"Y", "N", "U"}
    assert not compiled("member.disabled | yes_no('Y', 'N') | default('U')").nullable
    assert compiled("'A' if member.is_subscriber").nullable
    assert not compiled("'A' if member.is_subscriber").has_data
    assert compiled("member.birth_date").kind is Kind.DATE


def test_a_code_that_a_table_does_not_know_has_no_answer_and_is_shown_only_where_it_says_nothing_of_a_person() -> None:
    unknown = Scope(coverage={"plan_code": "PPO900"}, member={"last_name": "Doe"})

    with pytest.raises(Unanswered) as plan:
        answer("coverage.plan_code | lookup('plans')", unknown)
    with pytest.raises(Unanswered) as name:
        answer("member.last_name | lookup('plans')", unknown)

    assert (plan.value.code, plan.value.table, plan.value.missed) == ("E834-0631", "plans", "PPO900")
    assert name.value.missed is None
    assert "Doe" not in name.value.message
    assert "codes/plans.csv" in name.value.message


def test_an_amount_is_never_rounded() -> None:
    with pytest.raises(Unanswered) as caught:
        answer("member.salary | money(1)", Scope(member={"salary": Decimal("10.25")}))

    assert caught.value.code == "E834-0640"
    assert answer("member.salary | money(1)", Scope(member={"salary": Decimal("-10.500")})) == "-10.5"


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_money_written_can_be_read_back(amount: Decimal) -> None:
    scope = Scope(member={"salary": amount})

    assert Decimal(answer("member.salary | money(2)", scope)) == amount
    assert Decimal(answer("member.salary | money(2, implied=true)", scope)) / 100 == amount


def test_a_code_table_that_is_not_one_is_refused_at_its_line() -> None:
    tables = [("", 1), ("only\nx\n", 1), ("k,v\na,1\nb\n", 3), ("k,v\na,1\na,2\n", 3), ("k,v\n,1\n", 2)]
    for text, line in [*tables, ('k,v\n"a,1\n', 2)]:
        table, findings = table_from_csv("t", "codes/t.csv", text)

        assert table is None
        assert [f.code for f in findings] == ["E834-0106"]
        assert findings[0].place is not None
        assert findings[0].place.line == line
        assert findings[0].place.excerpt == (text.split("\n")[line - 1])


def test_codes_keep_their_zeros_and_words_stay_words() -> None:
    table, _ = table_from_csv("t", "t.csv", "\ufeffkey,code\nNO,021\n012345,1E5\nNA,NULL\n")

    assert table is not None
    assert [table.find(key, "code") for key in ("NO", "012345", "NA")] == ["021", "1E5", "NULL"]
