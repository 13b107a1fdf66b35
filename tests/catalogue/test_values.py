"""B72 to B91: values that are wrong, odd, or only look odd."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.catalogue.scene import CANARY, Outcome, Scene
from tests.catalogue.spoiling import AS_OF, Edit, as_parquet, person
from tests.commands.snapshots import Tables

ACCEPTED, WARNED, QUARANTINED = Outcome.ACCEPTED, Outcome.WARNED, Outcome.QUARANTINED


@dataclass(frozen=True)
class Case:
    """Edits of the second night's rows, what comes of them, and what the carrier then reads or never reads."""

    id: str
    what: str
    outcome: Outcome
    code: str | None
    edits: tuple[Edit, ...]
    reads: bytes | None = None
    never_reads: bytes | None = None


def named(**values: str) -> tuple[Edit, ...]:
    return (person("J1020-1", **values),)


CASES = [
    *(Case("B72", f"an SSN like {text}", QUARANTINED, "E834-0370", named(ssn=text))
      for text in ("95217382", "9521738280", "95217382X", "952 17 3828", "111111111", "123456789")),
    Case("B72", "an SSN with dashes", ACCEPTED, None, named(ssn="952-17-3828")),
    Case("B73", "no SSN", ACCEPTED, None, named(ssn=""), never_reads=b"*34*952173828"),
    Case("B74", "delimiters in a name", WARNED, None, named(last_name="Al*der~wo:od^"), never_reads=b"AL*DER"),
    Case("B75", "a line feed in a name", QUARANTINED, "E834-0361", named(last_name=f"{CANARY}\nTwo")),
    Case("B75", "a tab in a name", QUARANTINED, "E834-0361", named(last_name=f"{CANARY}\tTwo")),
    Case("B76", "accents", WARNED, "E834-0645", named(last_name="Muñoz", first_name="Zoë"), b"MUNOZ*ZOE"),
    *(Case("B77", f"a name in {script}", QUARANTINED, None, named(last_name=text))
      for script, text in (("Chinese", "李明"), ("Arabic", "محمد"), ("pictures", "Jo👍"))),
    Case("B79", "a zero-width space and a typographic apostrophe", WARNED, "E834-0345",
         named(last_name="O’Al\u200bder"), b"O'ALDER"),
    Case("B81", "somebody called Null", ACCEPTED, None, named(last_name="Null", first_name="NA"), b"NULL*NA"),
    Case("B81", "somebody called 1E5", ACCEPTED, None, named(last_name="1E5", first_name="True"), b"1E5*TRUE"),
    *(Case("B82", f"a name that begins with {sign}", ACCEPTED, None, named(last_name=f"{sign}SUM(A1)"),
           f"{sign}SUM(A1)".encode()) for sign in ("=", "+", "-")),
    Case("B83", "a name longer than any", QUARANTINED, None, named(last_name="Alder" * 13)),
    *(Case("B84", f"no {name}", QUARANTINED, "E834-0360", named(**{name: " "}))
      for name in ("last_name", "first_name", "birth_date")),
    Case("B85", "a ZIP code that lost its zero", QUARANTINED, "E834-0371", named(postal_code="2116")),
    Case("B85", "half a ZIP code", QUARANTINED, "E834-0371", named(postal_code="02116-")),
    Case("B85", "a Canadian code with its country", ACCEPTED, None,
         named(postal_code="K1A 0B1", country="CA", state="ON", city="Ottawa")),
    Case("B87", "a ZIP code of another state", WARNED, "E834-0350", named(state="NY")),
    Case("B88", "a military address", ACCEPTED, None, named(city="APO", state="AE", postal_code="09012")),
    Case("B90", "a template as a name", ACCEPTED, None, named(last_name="{{ 7*7 }}".replace("*", "x")), b"{{ 7X7 }}"),
    Case("B90", "a tag as a name", ACCEPTED, None, named(last_name="<b>Alder</b>"), b"<B>ALDER</B>"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.id} {c.what}")
def test_values_that_are_wrong_or_odd(case: Case, scene: Scene) -> None:
    scene.night(scene.snapshot(*case.edits))
    scene.holds(case.outcome, case.code)
    reported = b"".join(scene.reported())
    assert case.reads is None or case.reads in reported, reported
    assert case.never_reads is None or case.never_reads not in reported, reported


@pytest.mark.parametrize("what", ["NFD", "capitals", "blanks"])
def test_b78_b80_another_form_of_the_same_value_is_no_change(scene: Scene, what: str) -> None:
    def other_form(tables: Tables) -> None:
        for row in tables["members"]:
            if what == "NFD":
                row.update({k: unicodedata.normalize("NFD", v) for k, v in row.items()})
            elif what == "blanks":
                row.update({k: f"  {v} " for k, v in row.items() if v})
            elif row.get("email"):
                row["email"] = row["email"].upper()

    scene.night(scene.snapshot())
    before = scene.sample.arrived("northstar")
    scene.night(scene.snapshot(other_form, dated=3, name="another form"))
    assert scene.ran.status == 0, scene.ran.said
    assert scene.outcome()["outcome"] == "nothing", scene.ran.said
    assert scene.sample.arrived("northstar") == before


def test_b83_a_long_value_makes_no_news_each_night(scene: Scene) -> None:
    long = person("J1020-1", address1="1 Long Lane " * 4)
    scene.night(scene.snapshot(long))
    scene.night(scene.snapshot(long, dated=3, name="third"))
    assert scene.outcome()["outcome"] == "nothing" or scene.outcome()["counts"]["quarantined"], scene.ran.said
    assert scene.outcome()["counts"]["changed"] == 0


@pytest.mark.parametrize("values", [{"home_phone": "x123"}, {"email": "al*der@example.com"}], ids=["phone", "e-mail"])
def test_b86_an_odd_phone_or_address_keeps_nobody_waiting(scene: Scene, values: dict[str, str]) -> None:
    scene.night(scene.snapshot(person("J1020", **values)))
    assert scene.ran.status in {0, 3}, scene.ran.said
    assert scene.codes(), scene.ran.said
    assert all(b"x123" not in content and b"al*der" not in content for content in scene.reported())


@pytest.mark.parametrize("text", ["   ", "JUNI*PER", "J" * 16])
def test_b89_a_fixed_element_of_the_envelope_is_checked_before_anybody_is_read(scene: Scene, text: str) -> None:
    scene.sample.rewrite("carriers/northstar/feeds/medical.toml", 'sender_id = "JUNIPER"', f'sender_id = "{text}"')
    scene.night(scene.snapshot())
    scene.holds(Outcome.WRONG, None)


def test_b91_half_a_character_is_refused(scene: Scene) -> None:
    snapshot = scene.snapshot()

    def broken(content: bytes) -> bytes:
        """The ñ's two bytes become half of a surrogate pair, which Parquet keeps as it comes."""
        assert "Muñoz".encode() in content
        return content.replace("Muñoz".encode(), b"M\xed\xa0\x80oz"[:6])

    as_parquet_uncompressed(snapshot, broken)
    scene.night(snapshot, *AS_OF)
    scene.holds(Outcome.REFUSED, None)


def as_parquet_uncompressed(snapshot: Path, change: object) -> None:
    import pyarrow.parquet as pq

    as_parquet(lambda table: table)(snapshot)
    file = snapshot / "members.parquet"
    pq.write_table(pq.read_table(file), file, compression="NONE", use_dictionary=False)
    file.write_bytes(change(file.read_bytes()))  # type: ignore[operator]
