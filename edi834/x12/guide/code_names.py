"""What the codes mean, in short words of our own, by the number of the data element that carries them.

A code means the same wherever its element stands, except where two elements share a number on purpose.
These words are for people to read; no decision is taken by them. Which codes may stand where is the guide's.
"""
# ruff: noqa: E501 - one line a table row would hide the table

from __future__ import annotations

from edi834.x12.guide.languages import LANGUAGES_IN_THREE, LANGUAGES_IN_TWO


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ZONES = {
    "A": "Alaska",
    "C": "Central",
    "E": "Eastern",
    "H": "Hawaii-Aleutian",
    "M": "Mountain",
    "N": "Newfoundland",
    "P": "Pacific",
    "T": "Atlantic",
}
_CLOCKS = {"D": "daylight time", "S": "standard time", "T": "time"}
_TIME_ZONES = {
    **{f"{hours:02}": f"UTC plus {hours} hours" for hours in range(1, 13)},
    **{f"{25 - hours:02}": f"UTC minus {hours} hours" for hours in range(1, 13)},
    **{zone + clock: f"{place} {kind}" for zone, place in _ZONES.items() for clock, kind in _CLOCKS.items()},
    "GM": "Greenwich mean time", "LT": "local time", "UT": "universal time",
}  # fmt: skip

CODE_NAMES: dict[str, dict[str, str]] = {
    # ---- envelope ----
    "I01": {"00": "none reported", "03": "additional data identification"},
    "I03": {"00": "none reported", "01": "password"},
    "I05": {
        "01": "D-U-N-S number", "14": "D-U-N-S number plus suffix", "20": "health industry number",
        "27": "carrier number of CMS", "28": "fiscal intermediary number of CMS", "29": "provider number of CMS",
        "30": "U.S. federal tax number", "33": "NAIC company code", "ZZ": "as agreed",
    },
    "I11": {"00501": "005010"},
    "I13": {"0": "no", "1": "yes"},
    "I14": {"P": "production", "T": "test"},
    "I17": {"A": "accepted", "E": "accepted, but has errors; do not send again", "R": "rejected; send again"},
    "I18": {
        "000": "no error", "001": "control numbers of header and trailer differ", "002": "standard not supported",
        "003": "version of the controls not supported", "004": "segment terminator invalid",
        "005": "kind of sender invalid", "006": "sender invalid", "007": "kind of receiver invalid",
        "008": "receiver invalid", "009": "receiver unknown", "010": "kind of authorization invalid",
        "011": "authorization invalid", "012": "kind of security invalid", "013": "security invalid",
        "014": "interchange date invalid", "015": "interchange time invalid",
        "016": "standards identifier invalid", "017": "version identifier invalid",
        "018": "interchange control number invalid", "019": "acknowledgment request invalid",
        "020": "test indicator invalid", "021": "number of groups invalid", "022": "control structure invalid",
        "023": "file ends too early", "024": "content of the interchange invalid",
        "025": "interchange control number already used", "026": "element separator invalid",
        "027": "component separator invalid", "028": "delivery date in deferred delivery invalid",
        "029": "delivery time in deferred delivery invalid", "030": "delivery time code invalid",
        "031": "grade of service invalid",
    },
    "143": {"834": "benefit enrollment and maintenance"},
    "447": {"2700": "reporting categories"},
    "455": {"X": "X12"},
    "479": {"BE": "benefit enrollment"},
    "480": {"005010X220A1": "benefit enrollment, version 5010, errata A1"},
    "1705": {"005010X220A1": "benefit enrollment, version 5010, errata A1"},
    # ---- the file ----
    "306": {"1": "add", "2": "change", "4": "verify: the full file, to be compared", "RX": "replace: the full file"},
    "353": {"00": "original", "15": "re-submission, corrected", "22": "copy of what was sent before"},
    "623": _TIME_ZONES,
    "673": {"DT": "dependents", "ET": "employees", "TO": "all members"},
    # ---- who ----
    "66": {
        "24": "employer's tax number", "34": "social security number", "94": "code given by the receiver",
        "FI": "federal tax number", "LD": "NISO Z39.53 language codes", "LE": "ISO 639 language codes",
        "NI": "NAIC company code", "SV": "provider number of the receiver", "XV": "CMS plan identifier",
        "XX": "national provider identifier", "ZZ": "as agreed",
    },
    "98": {
        "1P": "provider", "1X": "laboratory", "31": "mailing address", "36": "employer",
        "3D": "obstetrics and gynecology facility", "45": "drop-off location", "6Y": "case manager",
        "70": "insured as reported wrongly before", "74": "insured, corrected", "75": "reporting category",
        "80": "hospital", "9K": "key person", "BO": "broker", "E1": "legally responsible for a child",
        "EI": "executor of the estate", "EXS": "former spouse", "FA": "facility", "GB": "other insured",
        "GD": "guardian", "GW": "group", "IL": "insured", "IN": "insurer", "J6": "holder of a power of attorney",
        "LR": "legal representative", "M8": "school", "OD": "optometrist", "P3": "primary care provider",
        "P5": "plan sponsor", "QA": "pharmacy", "QD": "responsible party", "QN": "dentist", "S1": "parent",
        "S3": "custodial parent", "TV": "third-party administrator", "TZ": "significant other", "X4": "spouse",
        "Y2": "managed care organization",
    },
    "706": {"25": "known patient", "26": "new patient", "72": "unknown"},
    "1065": {"1": "person", "2": "organization"},
    "1069": {
        "01": "spouse", "03": "parent", "04": "grandparent", "05": "grandchild", "06": "uncle or aunt",
        "07": "nephew or niece", "08": "cousin", "09": "adopted child", "10": "foster child",
        "11": "son- or daughter-in-law", "12": "brother- or sister-in-law", "13": "parent-in-law",
        "14": "brother or sister", "15": "ward", "16": "stepparent", "17": "stepchild", "18": "self",
        "19": "child", "23": "sponsored dependent", "24": "dependent of a minor dependent",
        "25": "former spouse", "26": "guardian", "31": "court-appointed guardian",
        "38": "collateral dependent", "53": "life partner", "60": "annuitant", "D2": "trustee",
        "G8": "other relationship", "G9": "other relative",
    },
    "1073": {"Y": "yes", "N": "no"},
    "1216": {"A": "active", "C": "COBRA", "S": "surviving insured", "T": "TEFRA"},
    # ---- why ----
    "875": {
        "001": "change", "002": "delete", "021": "addition", "024": "cancellation or termination",
        "025": "reinstatement", "026": "correction", "030": "audit or compare",
        "032": "not applicable to the employee",
    },
    "1203": {
        "01": "divorce", "02": "birth", "03": "death", "04": "retirement", "05": "adoption", "06": "strike",
        "07": "end of benefits", "08": "end of employment", "09": "COBRA", "10": "COBRA premium paid",
        "11": "surviving spouse", "14": "voluntary withdrawal", "15": "change of primary care provider",
        "16": "quit", "17": "fired", "18": "suspended", "20": "active", "21": "disability",
        "22": "change of plan", "25": "change of identifying facts", "26": "coverage declined",
        "27": "pre-enrollment", "28": "initial enrollment", "29": "benefit selection",
        "31": "legal separation", "32": "marriage", "33": "personnel facts",
        "37": "leave of absence with benefits", "38": "leave of absence without benefits",
        "39": "lay-off with benefits", "40": "lay-off without benefits", "41": "re-enrollment",
        "43": "change of location", "46": "error in the current record", "59": "non-payment",
        "AA": "dissatisfied with office staff", "AB": "dissatisfied with medical care",
        "AC": "office badly placed", "AD": "dissatisfied with office hours",
        "AE": "appointments not to be had in time", "AF": "dissatisfied with referral policy",
        "AG": "treated with less respect than others", "AH": "patient moved", "AI": "no reason given",
        "AJ": "appointment times not kept", "AL": "benefit assigned by algorithm",
        "EC": "benefit selected by the member", "XN": "notification only", "XT": "transfer",
    },
    "1219": {
        "1": "end of employment", "2": "hours reduced", "3": "Medicare", "4": "death", "5": "divorce",
        "6": "separation", "7": "child no longer eligible", "8": "bankruptcy of the retiree's former employer",
        "9": "lay-off", "10": "leave of absence", "ZZ": "as agreed",
    },
    # ---- the person ----
    "309": {"60": "area", "CY": "county"},
    "365": {
        "AP": "other telephone", "BN": "pager", "CP": "mobile telephone", "EM": "e-mail",
        "EX": "extension", "FX": "fax", "HP": "home telephone", "TE": "telephone", "WP": "work telephone",
    },
    "366": {
        "CN": "general contact", "EP": "employer", "IC": "contact for information", "IP": "insured",
        "PQ": "parent or guardian", "RP": "responsible person", "SK": "school clerk",
    },
    "522": {
        "B9": "coinsurance", "C1": "copayment", "D2": "deductible", "EBA": "expected expenditure",
        "FK": "other amount", "P3": "premium", "R": "spend-down",
    },
    "584": {
        "AC": "active", "AO": "active military, overseas", "AU": "active military, United States",
        "FT": "full-time", "L1": "leave of absence", "PT": "part-time", "RT": "retired", "TE": "terminated",
    },
    "594": {
        "1": "weekly", "2": "every two weeks", "3": "twice a month", "4": "monthly", "6": "daily", "7": "yearly",
        "8": "every two months", "9": "lump-sum separation allowance", "B": "year to date", "C": "once",
        "H": "hourly", "Q": "quarterly", "S": "twice a year", "U": "unknown",
    },
    "1066": {
        "1": "U.S. citizen", "2": "non-resident alien", "3": "resident alien", "4": "unlawfully present alien",
        "5": "alien", "6": "U.S. citizen, non-resident", "7": "U.S. citizen, resident",
    },
    "1067": {
        "B": "registered domestic partner", "D": "divorced", "I": "single", "M": "married", "R": "unreported",
        "S": "separated", "U": "unmarried: single, divorced or widowed", "W": "widowed", "X": "legally separated",
    },
    "1068": {"F": "female", "M": "male", "U": "unknown"},
    "1109": {
        "7": "not provided", "8": "not applicable", "A": "Asian or Pacific Islander", "B": "Black", "C": "Caucasian",
        "D": "Subcontinent Asian American", "E": "other race or ethnicity", "F": "Asian Pacific American",
        "G": "Native American", "H": "Hispanic", "I": "American Indian or Alaskan Native", "J": "Native Hawaiian",
        "N": "Black, not Hispanic", "O": "White, not Hispanic", "P": "Pacific Islander", "Z": "as agreed",
    },
    "1146": {"1": "short-term", "2": "long-term", "3": "permanent or total", "4": "none"},
    "1165": {"R": "restricted access", "U": "unrestricted access"},
    "1176": {
        "01": "union", "02": "non-union", "03": "executive", "04": "non-executive", "05": "management",
        "06": "non-management", "07": "hourly", "08": "salaried", "09": "administrative",
        "10": "non-administrative", "11": "exempt", "12": "non-exempt", "17": "highly compensated",
        "18": "key employee", "19": "bargaining", "20": "non-bargaining", "21": "owner", "22": "president",
        "23": "vice president",
    },
    "1212": {
        "N": "none", "S": "substance abuse", "T": "tobacco", "U": "unknown", "X": "tobacco and substance abuse",
    },
    "1218": {"A": "part A", "B": "part B", "C": "parts A and B", "D": "Medicare", "E": "no Medicare"},
    "1220": {"F": "full-time", "N": "not a student", "P": "part-time"},
    "1270": {"REC": "how race or ethnicity was collected", "RET": "race or ethnicity of the CDC"},
    "1303": {"5": "reads it", "6": "writes it", "7": "speaks it", "8": "native language"},
    "1701": {"0": "age", "1": "disability", "2": "end-stage renal disease"},
    "235": {"DX": "ICD-9-CM", "ZZ": "as agreed: ICD-10-CM"},
    # ---- dates ----
    "374": {
        "007": "effective", "050": "received", "090": "report begins", "091": "report ends", "286": "retirement",
        "296": "return to work after disability", "297": "last day worked before disability",
        "300": "enrollment signed", "301": "COBRA qualifying event", "303": "maintenance effective",
        "336": "employment begins", "337": "employment ends", "338": "Medicare begins", "339": "Medicare ends",
        "340": "COBRA begins", "341": "COBRA ends", "343": "premium paid to", "344": "other insurance begins",
        "345": "other insurance ends", "348": "benefit begins", "349": "benefit ends", "350": "education begins",
        "351": "education ends", "356": "eligibility begins", "357": "eligibility ends",
        "360": "disability begins", "361": "disability ends", "382": "enrollment", "383": "adjusted hire",
        "385": "credited service begins", "386": "credited service ends", "388": "payment begins",
        "393": "plan participation suspended", "394": "rehire", "473": "Medicaid begins", "474": "Medicaid ends",
        "543": "last premium paid", "695": "previous period",
    },
    "1250": {"D8": "a day", "RD8": "from a day to a day"},
    # ---- identifiers ----
    "128": {
        "00": "contracting district", "0F": "subscriber", "17": "client reporting category", "18": "plan",
        "19": "division", "1L": "group or policy", "23": "client", "26": "union", "38": "master policy",
        "3H": "case", "3L": "branch", "4A": "personal identification number", "60": "account suffix",
        "6M": "application", "6O": "cross reference", "6P": "group", "9V": "payment category",
        "9X": "account category", "ABB": "personal identifier", "CE": "class of contract",
        "D3": "pharmacy", "DX": "department or agency", "E8": "service contract",
        "F6": "Medicare identifier", "GE": "geographic number", "LU": "location",
        "M7": "medical assistance category", "P5": "position", "PID": "program", "Q4": "prior identifier",
        "QQ": "unit, or months of coverage before", "RB": "rate code", "SY": "social security number",
        "X9": "internal control", "XM": "issuer", "XX1": "special program", "XX2": "service area",
        "YY": "geographic key", "ZX": "county", "ZZ": "as agreed",
    },
    # ---- coverage ----
    "1138": {"P": "first", "S": "second", "T": "third", "U": "unknown"},
    "1143": {"1": "coordinated", "5": "unknown", "6": "not coordinated"},
    "1205": {
        "AG": "preventive care", "AH": "24-hour care", "AJ": "Medicare risk", "AK": "mental health",
        "DCP": "dental, capitated", "DEN": "dental", "EPO": "exclusive provider organization", "FAC": "facility",
        "HE": "hearing", "HLT": "health", "HMO": "health maintenance organization", "LTC": "long-term care",
        "LTD": "long-term disability", "MM": "major medical", "MOD": "mail-order drugs",
        "PDG": "prescription drugs", "POS": "point of service", "PPO": "preferred provider organization",
        "PRA": "practitioners", "STD": "short-term disability", "UR": "utilization review", "VIS": "vision",
    },
    "1207": {
        "CHD": "children only", "DEP": "dependents only", "E1D": "employee and one dependent",
        "E2D": "employee and two dependents", "E3D": "employee and three dependents",
        "E5D": "employee and one or more dependents", "E6D": "employee and two or more dependents",
        "E7D": "employee and three or more dependents", "E8D": "employee and four or more dependents",
        "E9D": "employee and five or more dependents", "ECH": "employee and children", "EMP": "employee only",
        "ESP": "employee and spouse", "FAM": "family", "IND": "individual", "SPC": "spouse and children",
        "SPO": "spouse only", "TWO": "two people",
    },
    "1215": {"D": "dental", "H": "health", "P": "prescription drugs"},
    "1365": {
        "1": "medical care", "35": "dental care", "48": "hospital, inpatient", "50": "hospital, outpatient",
        "54": "long-term care", "89": "prescription drugs", "90": "mail-order drugs", "A4": "psychiatric",
        "AG": "skilled nursing", "AL": "vision", "BB": "psychiatric, partial hospitalization",
    },
}  # fmt: skip

CODE_SETS: dict[str, frozenset[str]] = {
    # The United States Postal Service's states, territories and military post, and Canada's provinces.
    "states": _words(
        "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
        "PA RI SC SD TN TX UT VT VA WA WV WI WY AS FM GU MH MP PR PW VI UM AA AE AP "
        "AB BC MB NB NL NS NT NU ON PE QC SK YT"
    ),
    # ISO 639; of three letters there are more than stand here, so that `is_language` is asked.
    "languages": frozenset(code.upper() for code in LANGUAGES_IN_TWO | LANGUAGES_IN_THREE),
    # ISO 3166-1, two letters.
    "countries": _words(
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
        "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR "
        "GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT "
        "JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
        "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY "
        "QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO "
        "TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
    ),
}
