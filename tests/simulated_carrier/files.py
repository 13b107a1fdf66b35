"""834s written by hand, as short as what they say: a person is a line of words, a coverage another.

``ins("024", last="2026-06-30")`` is an INS of Jane, the subscriber E1; ``hd("021", "PPO500", "2026-01-01")`` a loop
2300 under it. Whatever a test does not speak of is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.simulated_carrier.carrier import Carrier

__all__ = ["deliver", "hd", "ins"]

_SSNS = {"Jane": "900000001", "Sam": "900000002", "Kim": "900000003", "Pat": "900000004"}


def hd(
    verb: str,
    plan: str,
    begin: str,
    end: str = "",
    *,
    line: str = "HLT",
    tier: str = "",
    since: str = "",
    premium: str = "",
) -> str:
    """One loop 2300: what is done (HD01) to which plan; DTP 348, 349 and, as ``since``, 303; HD05; AMT P3."""
    days = {"303": since, "348": begin, "349": end}
    dates = "".join(f"DTP*{kind}*D8*{_plain(day)}~" for kind, day in days.items() if day)
    return f"{_short(f'HD*{verb}**{line}*{plan}*{tier}')}{dates}{f'AMT*P3*{premium}~' if premium else ''}"


def ins(
    verb: str,
    *coverages: str,
    who: str = "Jane",
    relationship: str = "",
    first: str = "",
    last: str = "",
    since: str = "",
    policy: str = "GRP100",
    subscriber: str = "E1",
) -> str:
    """One loop 2000: what is done (INS03) to a person; DTP 356, 357 and, as ``since``, 303; REF 1L; loops 2300."""
    is_subscriber = who == "Jane"
    as_who = relationship or ("18" if is_subscriber else "19")
    days = {"303": since, "356": first, "357": last}
    return "".join(
        (
            f"INS*{'Y' if is_subscriber else 'N'}*{as_who}*{verb}**A~",
            f"REF*0F*{subscriber}~REF*1L*{policy}~",
            *(f"DTP*{kind}*D8*{_plain(day)}~" for kind, day in days.items() if day),
            f"NM1*IL*1*DOE*{who.upper()}****34*{_SSNS[who]}~",
            *coverages,
        )
    )


def deliver(
    carrier: Carrier,
    *members: str | Sequence[str],
    number: int = 0,
    day: str = "2026-06-01",
    scope: str = "2",
    rejecting: Sequence[str] = (),
) -> None:
    """Give the carrier a file: people by themselves are one transaction set, a list of them is a set of its own."""
    number = number or len(carrier.files_read) + 1
    texts = [one for one in members if isinstance(one, str)]
    sets = [one for one in members if not isinstance(one, str)] + ([texts] if texts else [])
    body = "".join(_set(f"{at:04}", people, number, day, scope) for at, people in enumerate(sets, start=1))
    written = (
        f"ISA*00*          *00*          *ZZ*JUNIPER        *ZZ*NORTHSTAR      *260601*1200*^*00501*{number:09}*0*T*:~"
        f"GS*BE*JUNIPER*NORTHSTAR*20260601*1200*{number}*X*005010X220A1~{body}GE*{len(sets)}*{number}~"
        f"IEA*1*{number:09}~"
    )
    carrier.apply(written.encode("ascii"), rejecting=rejecting)


def _set(name: str, people: Sequence[str], number: int, day: str, scope: str) -> str:
    inside = (
        f"ST*834*{name}*005010X220A1~BGN*00*NS-{number}*{_plain(day)}*1200****{scope}~"
        f"N1*P5*JUNIPER*FI*900000001~N1*IN*NORTHSTAR*FI*900000002~{''.join(people)}"
    )
    return f"{inside}SE*{inside.count('~') + 1}*{name}~"


def _plain(day: str) -> str:
    return day.replace("-", "")


def _short(segment: str) -> str:
    return f"{segment.rstrip('*')}~"
