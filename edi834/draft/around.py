"""What is the same for everybody in a sample: its envelope, its facts, its employer and its carrier."""

from __future__ import annotations

from edi834.draft.reading import GROUP, ReadSample, made_at
from edi834.draft.snapshot import Known
from edi834.grants import Record
from edi834.mapping import CarrierIdentity, Surroundings
from edi834.mapping.document import FileFacts
from edi834.model import FeedId, GroupId
from edi834.x12 import Interchange

__all__ = ["around_of", "envelope_of"]


def envelope_of(interchange: Interchange) -> dict[str, object]:
    """The envelope of the sample, as far as it is not everybody's."""
    isa, marks = interchange.header, interchange.delimiters
    found: dict[str, object] = {
        "sender_qualifier": isa.sender_qualifier, "sender_id": isa.sender_id,
        "receiver_qualifier": isa.receiver_qualifier, "receiver_id": isa.receiver_id,
    }  # fmt: skip
    if interchange.groups:
        gs = interchange.groups[0][0]
        found |= {"application_sender": gs.application_sender, "application_receiver": gs.application_receiver}
    usual = {"element": "*", "component": ":", "repetition": "^", "segment": "~", "newline": ""}
    names = {"element": "element_separator", "component": "component_separator", "segment": "segment_terminator"}
    for mark, everybodys in usual.items():
        if getattr(marks, mark) != everybodys:
            found[names.get(mark, "repetition_separator" if mark == "repetition" else mark)] = getattr(marks, mark)
    if isa.acknowledgment_requested:
        found["acknowledgment_requested"] = True
    texts = [t for _, sets in interchange.groups for one in sets[:20] for m in one.members() for s in m.walk()
             for t in s.elements if isinstance(t, str)]  # fmt: skip
    if any(text != text.upper() for text in texts):
        found["case"] = "as_is"
    return found


def around_of(sample: ReadSample, known: Known | None) -> Surroundings:
    """What is the same for everybody in the sample: its facts, its employer, its carrier."""
    header, isa = sample.header, sample.interchange.header
    facts = FileFacts(
        feed_id=FeedId("draft"),
        control_number=isa.control_number or 1,
        reference=header.text("HEADER/BGN02") or "draft",
        original_reference=header.text("HEADER/BGN06") or None,
        scope=sample.scope,
        created=made_at(sample.interchange),
        as_of=isa.date,
        is_test=True,
        remote_name="draft",
    )
    groups: dict[GroupId, Record] = dict(known.groups) if known else {}
    sponsor: Record = {"group_id": header.text("1000A/N104"), "name": header.text("1000A/N102") or None}
    if header.text("1000A/N103") == "FI":
        sponsor = {**sponsor, "tax_id": header.text("1000A/N104")}
    groups[GROUP] = sponsor
    is_tax = header.text("1000B/N103") == "FI"
    payer = header.text("1000B/N104")
    carrier = CarrierIdentity(payer or "carrier", header.text("1000B/N102") or "carrier", payer if is_tax else None)
    return Surroundings(facts, carrier, groups, invented_people=True)
