"""The codes of languages: ISO 639, in two letters and in three, as the list that LUI01 names has them.

The two letters of ISO 639-1 and the three that stand for the same languages are written here, because nearly every file
has no others; a code of three letters beyond them is looked up in pycountry, which keeps ISO 639-3 and 639-5.
Which element holds a language is the guide's to say; a test compares what is written here with pycountry.
"""

from __future__ import annotations

import re
from functools import cache

__all__ = ["LANGUAGES_IN_THREE", "LANGUAGES_IN_TWO", "is_language"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LANGUAGES_IN_TWO = _words(
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja "
    "jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb "
    "nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so "
    "sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
"""ISO 639-1."""

LANGUAGES_IN_THREE = _words(
    "aar abk afr aka alb amh ara arg arm asm ava ave aym aze bak bam baq bel ben bis bod bos bre bul bur cat ces cha "
    "che chi chu chv cor cos cre cym cze dan deu div dut dzo ell eng epo est eus ewe fao fas fij fin fra fre fry ful "
    "geo ger gla gle glg glv gre grn guj hat hau hbs heb her hin hmo hrv hun hye ibo ice ido iii iku ile ina ind ipk "
    "isl ita jav jpn kal kan kas kat kau kaz khm kik kin kir kom kon kor kua kur lao lat lav lim lin lit ltz lub lug "
    "mac mah mal mao mar may mkd mlg mlt mon mri msa mya nau nav nbl nde ndo nep nld nno nob nor nya oci oji ori orm "
    "oss pan per pli pol por pus que roh ron rum run rus sag san sin slk slo slv sme smo sna snd som sot spa sqi srd "
    "srp ssw sun swa swe tah tam tat tel tgk tgl tha tib tir ton tsn tso tuk tur twi uig ukr urd uzb ven vie vol wel "
    "wln wol xho yid yor zha zho zul"
)
"""The same languages in three letters: those of the bibliographers and those of the terminologists."""

_LOCAL = re.compile(r"q[a-t][a-z]")
"""What ISO 639-2 leaves to whoever agrees on it."""


def is_language(code: str, list_: str = "") -> bool:
    """Whether a code is one of a language.

    Args:
      code: In capitals or in small letters, as partners agree.
      list_: LUI01: LE is ISO 639, of two letters or three; LD is NISO Z39.53, which has three.
    """
    if not (code.isascii() and code.isalpha() and (code.isupper() or code.islower())):
        return False
    small = code.lower()
    if len(small) == 2:
        return list_ != "LD" and small in LANGUAGES_IN_TWO
    return small in LANGUAGES_IN_THREE or _LOCAL.fullmatch(small) is not None or small in _rarer()


@cache
def _rarer() -> frozenset[str]:
    import pycountry  # loaded when it is asked: it takes a tenth of a second, and most files never ask it

    families = (family.alpha_3 for family in pycountry.language_families)
    return frozenset((*(language.alpha_3 for language in pycountry.languages), *families))
