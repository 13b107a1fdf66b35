"""What is reported of a member on common occasions, as trees: one entry an occasion, named as the field names it.

The people are invented. Which codes a carrier wants on an occasion is its companion guide's; these are usual ones.
"""

from __future__ import annotations

from edi834.x12 import Loop
from tests.x12.builders import coverage, loop, member, names

_JANE = "NM1*IL*1*DOE*JANE*Q***34*900456789"
_SAM = "NM1*IL*1*DOE*SAM****34*900654321"
_WHO = ("REF*0F*E1001", "REF*1L*GRP100")

SHAPES: dict[str, tuple[Loop, ...]] = {
    "a new hire with medical and dental and a child": (
        member(
            "INS*Y*18*021*28*A***FT", *_WHO, "REF*DX*DEPT7", "DTP*336*D8*20240115", "DTP*356*D8*20240201",
            names(
                _JANE, "PER*IP**HP*2085550100*EM*JANE.DOE@EXAMPLE.COM", "N3*1 MAIN ST*APT 2", "N4*BOISE*ID*83702",
                "DMG*D8*19800101*F*M",
            ),
            coverage("HD*021**HLT*PPO500*ECH", "DTP*348*D8*20240201", "AMT*P3*512.25"),
            coverage("HD*021**DEN*DENHIGH*ECH", "DTP*348*D8*20240201"),
        ),
        member(
            "INS*N*19*021*28*A", *_WHO, "DTP*356*D8*20240201", names(_SAM, "DMG*D8*20150304*M"),
            coverage("HD*021**HLT*PPO500", "DTP*348*D8*20240201"),
            coverage("HD*021**DEN*DENHIGH", "DTP*348*D8*20240201"),
        ),
    ),
    "a birth that changes the subscriber's tier": (
        member(
            "INS*Y*18*001*02*A***FT", *_WHO, "DTP*303*D8*20240310", names(_JANE, "DMG*D8*19800101*F"),
            coverage("HD*001**HLT*PPO500*ECH", "DTP*348*D8*20240310"),
        ),
        member(
            "INS*N*19*021*02*A", *_WHO, "DTP*303*D8*20240310", "DTP*356*D8*20240310",
            names("NM1*IL*1*DOE*BABY", "DMG*D8*20240310*F"),
            coverage("HD*021**HLT*PPO500", "DTP*348*D8*20240310"),
        ),
    ),
    "the end of employment": (
        member(
            "INS*Y*18*024*08*A***TE", *_WHO, "DTP*337*D8*20240517", "DTP*357*D8*20240531", names(_JANE),
            coverage("HD*024**HLT*PPO500*ECH", "DTP*348*D8*20240201", "DTP*349*D8*20240531"),
        ),
        member(
            "INS*N*19*024*08*A", *_WHO, "DTP*357*D8*20240531", names(_SAM),
            coverage("HD*024**HLT*PPO500", "DTP*348*D8*20240201", "DTP*349*D8*20240531"),
        ),
    ),
    "a cancellation: coverage that never was": (
        member(
            "INS*Y*18*024*14*A***AC", *_WHO, "DTP*356*D8*20240201", "DTP*357*D8*20240201", names(_JANE),
            coverage("HD*024**HLT*PPO500*EMP", "DTP*348*D8*20240201", "DTP*349*D8*20240201"),
        ),
    ),
    "a reinstatement without a gap": (
        member(
            "INS*Y*18*025*20*A***FT", *_WHO, "DTP*303*D8*20240601", names(_JANE),
            coverage("HD*025**HLT*PPO500*ECH", "DTP*348*D8*20240201"),
        ),
    ),
    "a plan change, ended and added": (
        member(
            "INS*Y*18*001*22*A***FT", *_WHO, "DTP*303*D8*20240701", names(_JANE),
            coverage("HD*024**HLT*PPO500*ECH", "DTP*348*D8*20240201", "DTP*349*D8*20240630"),
            coverage("HD*021**HLT*HDHP1*ECH", "DTP*348*D8*20240701"),
        ),
    ),
    "a corrected social security number": (
        member(
            "INS*Y*18*001*25*A***FT", *_WHO,
            names("NM1*74*1*DOE*JANE*Q***34*900456780", "DMG*D8*19800101*F"),
            loop("2100B", "NM1*70*1*DOE*JANE*Q***34*900456789"),
        ),
    ),
    "a corrected number that was the subscriber's identifier": (
        member(
            "INS*Y*18*001*25*A***FT", "REF*0F*900456780", "REF*1L*GRP100", "REF*Q4*900456789",
            names("NM1*74*1*DOE*JANE*Q***34*900456780"),
            loop("2100B", "NM1*70*1*DOE*JANE*Q***34*900456789"),
        ),
    ),
    "a COBRA election": (
        member(
            "INS*Y*18*021*09*C**1*TE", "REF*0F*E1001", "REF*1L*GRP100C", "DTP*301*D8*20240531",
            "DTP*340*D8*20240601", "DTP*341*D8*20251130", names(_JANE),
            coverage("HD*021**HLT*PPO500*ECH", "DTP*348*D8*20240601"),
        ),
    ),
    "a surviving spouse who becomes the subscriber": (
        member(
            "INS*N*01*024*03*A", *_WHO, "DTP*357*D8*20240630", names("NM1*IL*1*DOE*PAT****34*900113333"),
            coverage("HD*024**HLT*PPO500", "DTP*348*D8*20240201", "DTP*349*D8*20240630"),
        ),
        member(
            "INS*Y*18*021*11*S", "REF*0F*E1001S", "REF*1L*GRP100", "REF*Q4*E1001", "DTP*356*D8*20240701",
            names("NM1*IL*1*DOE*PAT****34*900113333"),
            coverage("HD*021**HLT*PPO500*ECH", "DTP*348*D8*20240701"),
        ),
    ),
    "a death": (
        member(
            "INS*Y*18*024*03*A***TE***D8*20240615", *_WHO, "DTP*357*D8*20240615", names(_JANE),
            coverage("HD*024**HLT*PPO500*ECH", "DTP*348*D8*20240201", "DTP*349*D8*20240615"),
        ),
    ),
    "Medicare beside the employer's coverage": (
        member(
            "INS*Y*18*001*33*A*C:0**RT", *_WHO, "REF*F6*1EG4TE5MK73", "DTP*338*D8*20240801", names(_JANE),
            coverage(
                "HD*001**HLT*PPO500*EMP", "DTP*348*D8*20240201",
                loop("2320", "COB*P*1EG4TE5MK73*1", "DTP*344*D8*20240801", loop("2330", "NM1*IN*2*MEDICARE")),
            ),
        ),
    ),
    "another primary care provider, and a reporting category": (
        member(
            "INS*Y*18*001*15*A***FT", *_WHO, names(_JANE),
            coverage(
                "HD*001**HMO*HMO1*EMP", "DTP*348*D8*20240201",
                loop("2310", "LX*1", "NM1*P3*1*SMITH*ANN****XX*1234567893*26", "PLA*2*1P*20240901**AI"),
            ),
            loop(
                "LS_LOOP", "LS*2700",
                loop("2700", "LX*1", loop("2750", "N1*75*PAY LOCATION", "REF*LU*BOI-1", "DTP*007*D8*20240901")),
                "LE*2700",
            ),
        ),
    ),
    "a disability": (
        member(
            "INS*Y*18*001*21*A***FT**Y", *_WHO, "DTP*297*D8*20240901", names(_JANE),
            loop("2200", "DSB*2", "DTP*360*D8*20240902"),
        ),
    ),
}  # fmt: skip

REPEATED = (
    member(
        "INS*Y*18*001*33*A***FT", *_WHO,
        names(_JANE, "DMG*D8*19800101*F*M*:RET:2106-3^:RET:2186-5^C*1"),
        coverage("HD*001**HLT*PPO500*EMP", "DTP*348*D8*20240201", loop("2320", "COB*P**5*1^35^48")),
    ),
)  # fmt: skip
"""A member with repeated elements, which pyx12 4.0.0 cannot read."""
