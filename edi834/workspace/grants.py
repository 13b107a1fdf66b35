"""Grant files: ``grants/<group>/<recipient>.toml``, what each Data Owner allows each recipient.

A field is named one by one, because only what is needed is sent; a name that the model does not know is refused.
What follows from a grant is decided in ``edi834/grants``.
"""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from pathlib import Path

from edi834.errors import ConfigurationError
from edi834.grants import Grant
from edi834.model import FIELDS, CarrierId, FieldPath, Finding, GroupId, Severity, field_at
from edi834.workspace.toml_file import TomlTable, read_toml

__all__ = ["grant_of", "read_grants"]


def read_grants(home: Path) -> tuple[list[Grant], list[Finding]]:
    """Read every grant of a workspace, with everything wrong in any of them."""
    grants: list[Grant] = []
    findings: list[Finding] = []
    folder = home / "grants"
    for file in sorted(folder.glob("*/*.toml")) if folder.is_dir() else []:
        try:
            table = read_toml(file, shown=file.relative_to(home).as_posix())
        except ConfigurationError as error:
            findings.append(Finding(error.code, Severity.ERROR, error.message, place=error.place, remedy=error.remedy))
            continue
        grant = grant_of(table, file)
        found = table.findings()
        findings.extend(found)
        if not found:
            grants.append(grant)
    return grants, findings


def grant_of(table: TomlTable, file: Path) -> Grant:
    """Read one grant; what is wrong with it is the table's to tell."""
    group, recipient = table.required_text("group"), table.required_text("recipient")
    for key, value, name in (("group", group, file.parent.name), ("recipient", recipient, file.stem)):
        if value and value != name:
            table.complain("E834-0131", f"{key} is {value!r} but the file's place says {name!r}", key)
    fields = table.table("fields")
    allow, withhold = _fields(fields, "allow"), _fields(fields, "withhold")
    for path in sorted(allow & withhold):
        fields.complain("E834-0204", f"{path} is both allowed and withheld", "withhold")
    return Grant(
        group_id=GroupId(group),
        carrier_id=CarrierId(recipient),
        allow=allow,
        withhold=withhold,
        valid_from=table.day("from", required=True) or date.max,
        valid_to=table.day("to"),
        plaintext=table.flag("plaintext", default=False),
        reference=table.text("reference"),
        place=table.place(),
    )


def _fields(table: TomlTable, key: str) -> frozenset[FieldPath]:
    paths = [FieldPath(p) for p in table.texts(key)]
    for path in paths:
        if field_at(path) is None:
            near = get_close_matches(path, list(FIELDS), n=1)
            table.complain(
                "E834-0205", f"there is no field {path!r}", key, remedy=f"did you mean {near[0]!r}?" if near else None
            )
    return frozenset(paths)
