"""The data elements the guide uses: number, what it holds, type and length.

One element number has one type and one length wherever it stands, which is why they are written once, here.
Names are ours; a position in the guide usually gives a closer one.
Which codes a position allows is the guide's; what codes mean is in `code_names.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class DataElement:
    """One entry of the dictionary; lengths count characters, of a number its digits only."""

    name: str
    type: Literal["AN", "ID", "N0", "R", "DT", "TM"]
    min_length: int
    max_length: int


DATA_ELEMENTS: dict[str, DataElement] = {
    number: DataElement(name, type_, low, high)  # type: ignore[arg-type]
    for number, type_, low, high, name in (
        # The interchange envelope
        ("I01", "ID", 2, 2, "Kind of authorization"),
        ("I02", "AN", 10, 10, "Authorization"),
        ("I03", "ID", 2, 2, "Kind of security"),
        ("I04", "AN", 10, 10, "Security"),
        ("I05", "ID", 2, 2, "Kind of mailbox identifier"),
        ("I06", "AN", 15, 15, "Sender's mailbox"),
        ("I07", "AN", 15, 15, "Receiver's mailbox"),
        ("I08", "DT", 6, 6, "Interchange date"),
        ("I09", "TM", 4, 4, "Interchange time"),
        ("I11", "ID", 5, 5, "Version of the envelope"),
        ("I12", "N0", 9, 9, "Interchange control number"),
        ("I13", "ID", 1, 1, "Acknowledgment wanted"),
        ("I14", "ID", 1, 1, "Test or production"),
        ("I15", "AN", 1, 1, "Component separator"),
        ("I16", "N0", 1, 5, "Number of groups"),
        ("I17", "ID", 1, 1, "Verdict on the interchange"),
        ("I18", "ID", 3, 3, "Reason of the verdict"),
        ("I65", "AN", 1, 1, "Repetition separator"),
        # The group and transaction set envelopes
        ("28", "N0", 1, 9, "Group control number"),
        ("96", "N0", 1, 10, "Number of segments"),
        ("97", "N0", 1, 6, "Number of transaction sets"),
        ("124", "AN", 2, 15, "Receiving application"),
        ("142", "AN", 2, 15, "Sending application"),
        ("143", "ID", 3, 3, "Transaction set identifier"),
        ("329", "AN", 4, 9, "Transaction set control number"),
        ("447", "AN", 1, 4, "Loop identifier"),
        ("455", "ID", 1, 2, "Body responsible for the standard"),
        ("479", "ID", 2, 2, "Kind of group"),
        ("480", "AN", 1, 12, "Version of the guide"),
        ("1705", "AN", 1, 35, "Version of the guide"),
        # Texts, names and places
        ("19", "AN", 2, 30, "City"),
        ("26", "ID", 2, 3, "Country"),
        ("61", "AN", 1, 30, "Free text"),
        ("67", "AN", 2, 80, "Identifier"),
        ("93", "AN", 1, 60, "Name"),
        ("116", "ID", 3, 15, "Postal code"),
        ("127", "AN", 1, 50, "Reference"),
        ("156", "ID", 2, 2, "State or province"),
        ("166", "AN", 1, 55, "Address line"),
        ("310", "AN", 1, 30, "Place"),
        ("352", "AN", 1, 80, "Description"),
        ("364", "AN", 1, 256, "Number or address"),
        ("443", "AN", 1, 20, "Contact reference"),
        ("508", "AN", 1, 35, "Account number"),
        ("1035", "AN", 1, 60, "Last name or organization"),
        ("1036", "AN", 1, 35, "First name"),
        ("1037", "AN", 1, 25, "Middle name"),
        ("1038", "AN", 1, 10, "Name prefix"),
        ("1039", "AN", 1, 10, "Name suffix"),
        ("1137", "AN", 1, 15, "Medical code"),
        ("1204", "AN", 1, 50, "Plan description"),
        ("1214", "AN", 1, 5, "Salary grade"),
        ("1251", "AN", 1, 35, "Date or period"),
        ("1271", "AN", 1, 30, "Code of another list"),
        ("1715", "ID", 1, 3, "Country subdivision"),
        # Dates, times and numbers
        ("65", "R", 1, 8, "Height"),
        ("81", "R", 1, 10, "Weight"),
        ("337", "TM", 4, 8, "Time"),
        ("373", "DT", 8, 8, "Date"),
        ("380", "R", 1, 15, "Quantity"),
        ("554", "N0", 1, 6, "Sequence number"),
        ("609", "N0", 1, 9, "Count"),
        ("782", "R", 1, 18, "Amount"),
        ("954", "R", 1, 10, "Percentage"),
        ("1470", "N0", 1, 9, "Number"),
        # Qualifiers: which of several things the next element says
        ("66", "ID", 1, 2, "Kind of identifier"),
        ("98", "ID", 2, 3, "Role"),
        ("128", "ID", 2, 3, "Kind of reference"),
        ("235", "ID", 2, 2, "Kind of diagnosis code"),
        ("309", "ID", 1, 2, "Kind of place"),
        ("365", "ID", 2, 2, "Kind of number"),
        ("366", "ID", 2, 2, "Kind of contact"),
        ("374", "ID", 3, 3, "Kind of date"),
        ("522", "ID", 1, 3, "Kind of amount"),
        ("569", "ID", 1, 3, "Kind of account number"),
        ("623", "ID", 2, 2, "Time zone"),
        ("673", "ID", 2, 2, "Kind of quantity"),
        ("1065", "ID", 1, 1, "Person or organization"),
        ("1250", "ID", 2, 3, "Format of the date"),
        ("1270", "ID", 1, 3, "Code list"),
        # Codes
        ("100", "ID", 3, 3, "Currency"),
        ("107", "ID", 1, 2, "Payment method"),
        ("306", "ID", 1, 2, "Action"),
        ("353", "ID", 2, 2, "Purpose of the file"),
        ("478", "ID", 1, 1, "Credit or debit"),
        ("584", "ID", 2, 2, "Employment status"),
        ("594", "ID", 1, 1, "Frequency"),
        ("640", "ID", 2, 2, "Transaction type"),
        ("659", "ID", 1, 2, "Basis of verification"),
        ("706", "ID", 2, 2, "Relationship of the entity"),
        ("786", "ID", 2, 2, "Security level"),
        ("875", "ID", 3, 3, "Maintenance type"),
        ("1066", "ID", 1, 2, "Citizenship"),
        ("1067", "ID", 1, 1, "Marital status"),
        ("1068", "ID", 1, 1, "Sex"),
        ("1069", "ID", 2, 2, "Relationship to the subscriber"),
        ("1073", "ID", 1, 1, "Yes or no"),
        ("1109", "ID", 1, 1, "Race or ethnicity"),
        ("1138", "ID", 1, 1, "Rank of the payer"),
        ("1143", "ID", 1, 1, "Coordination of benefits"),
        ("1146", "ID", 1, 1, "Kind of disability"),
        ("1149", "ID", 4, 6, "Occupation"),
        ("1154", "ID", 1, 1, "Work intensity"),
        ("1161", "ID", 1, 2, "Product option"),
        ("1165", "ID", 1, 1, "Confidentiality"),
        ("1176", "ID", 2, 3, "Employment class"),
        ("1201", "ID", 1, 1, "Information status"),
        ("1203", "ID", 2, 3, "Maintenance reason"),
        ("1205", "ID", 2, 3, "Insurance line"),
        ("1207", "ID", 3, 3, "Coverage level"),
        ("1209", "ID", 1, 1, "Underwriting decision"),
        ("1211", "ID", 2, 3, "Drug house"),
        ("1212", "ID", 1, 1, "Health condition"),
        ("1213", "ID", 1, 1, "Current health"),
        ("1215", "ID", 1, 1, "Kind of identification card"),
        ("1216", "ID", 1, 1, "Benefit status"),
        ("1218", "ID", 1, 1, "Medicare parts"),
        ("1219", "ID", 1, 2, "COBRA qualifying event"),
        ("1220", "ID", 1, 1, "Student status"),
        ("1303", "ID", 1, 2, "Use of the language"),
        ("1365", "ID", 1, 2, "Service type"),
        ("1476", "ID", 1, 1, "Language proficiency"),
        ("1701", "ID", 1, 1, "Reason of eligibility"),
    )
}

COMPOSITES: dict[str, str] = {
    "C001": "Unit of measure",
    "C040": "Further references",
    "C052": "Medicare",
    "C056": "Race or ethnicity",
}
