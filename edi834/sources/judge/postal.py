"""Which state a ZIP code lies in, by its first three digits: enough to doubt an address, not to correct one.

A prefix on a border names every state that it reaches into; a prefix not in use names none, and is not doubted.
The prefixes are the Postal Service's sectional centers, as generally published.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["states_of"]

_RANGES = """
005 NY|006-007 PR|008 VI|009 PR|010-027 MA|028-029 RI|030-038 NH|039-049 ME|050-054 VT|055 MA|056-059 VT|060-062 CT
063 CT NY|064-069 CT|070-089 NJ|090-099 AE|100-149 NY|150-196 PA|197-199 DE|200 DC|201 VA DC|202-205 DC MD|206-219 MD
220-246 VA|247-268 WV|270-289 NC|290-299 SC|300-319 GA|320-339 FL|340 AA FL|341-349 FL|350-369 AL|370-385 TN|386-397 MS
398-399 GA|400-418 KY|420-427 KY TN|430-459 OH|460-479 IN|480-499 MI|500-528 IA|530-549 WI|550-567 MN|570-577 SD
580-588 ND|590-599 MT|600-629 IL|630-658 MO|660-679 KS|680-693 NE|700-714 LA|716-729 AR|730-732 OK|733 TX|734-749 OK
750-799 TX|800-816 CO|820-831 WY|832-838 ID WY|840-847 UT|850-864 AZ|865 AZ NM|870-884 NM|885 TX|889-898 NV|900-961 CA
962-966 AP|967 HI AS|968 HI|969 GU MP PW FM MH|970-979 OR|980-994 WA|995-999 AK
"""


def _prefixes() -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for entry in _RANGES.replace("\n", "|").strip("|").split("|"):
        span, *states = entry.split()
        first, _, last = span.partition("-")
        for prefix in range(int(first), int(last or first) + 1):
            found[f"{prefix:03d}"] = frozenset(states)
    return MappingProxyType(found)


_STATES = _prefixes()


def states_of(zip_code: str) -> frozenset[str]:
    """The states that a ZIP code may lie in; empty where its prefix is not in use."""
    return _STATES.get(zip_code[:3], frozenset())
