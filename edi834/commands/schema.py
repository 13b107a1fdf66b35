"""``schema``: JSON Schemas of every TOML file of a workspace, for editors that complete and check while one types."""

from __future__ import annotations

import json
from fnmatch import fnmatch
from pathlib import Path

import click

from edi834.commands.session import Session
from edi834.commands.verb import verb
from edi834.errors import UsageError
from edi834.workspace.schemas import Schema, every_schema

__all__ = ["schema"]

_FOLDER = "schemas"
_EDITORS = ".taplo.toml"
_OURS = "# Made by edi834 schema --write: which schema is for which file."


@verb("schema", statuses=(0,), example="edi834 schema --write")
@click.option("--write", is_flag=True, help="Write them into the workspace, with a .taplo.toml that names them.")
@click.pass_obj
def schema(session: Session, write: bool) -> int:
    """Give the JSON Schemas of every TOML file: settings, carriers, feeds, mappings, grants, reports, scenarios.

    With --write they stand in schemas/ of the workspace; a .taplo.toml that is not the engine's own is left alone.
    """
    made = every_schema(session.wiring.channel_options())
    written = _written(session.workspace.settings.home, made) if write else []
    for one in made:
        session.output.line(f"{one.name:<10} {', '.join(one.files)}")
        session.output.event("schema", name=one.name, files=list(one.files), schema=one.content)
    for name in written:
        session.output.line(f"wrote {name}")
        session.output.event("made", name=name)
    if not write:
        session.output.line("--write puts them into the workspace; --json gives them whole")
    return session.output.summary(0, schemas=len(made), written=len(written))


def _written(home: Path, made: tuple[Schema, ...]) -> list[str]:
    made = tuple(one for one in made if one.is_of_workspace)
    contents = {f"{_FOLDER}/{one.name}.schema.json": _as_json(one) for one in made}
    editors = home / _EDITORS
    try:
        if not editors.exists() or editors.read_text(encoding="utf-8").startswith(_OURS):
            contents[_EDITORS] = _rules(made)
        (home / _FOLDER).mkdir(exist_ok=True)
        for name, text in contents.items():
            (home / name).write_text(text, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"schemas cannot be written: {type(error).__name__}", code="E834-0041") from None
    return list(contents)


def _as_json(one: Schema) -> str:
    return json.dumps(one.content, indent=1, ensure_ascii=False) + "\n"


def _rules(made: tuple[Schema, ...]) -> str:
    rules = [
        f"[[rule]]\ninclude = {json.dumps(list(one.files))}\n{_excluded(one, made)}\n"
        f'[rule.schema]\nenabled = true\npath = "{_FOLDER}/{one.name}.schema.json"\n'
        for one in made
    ]
    return "\n".join([_OURS, "", *rules])


def _excluded(one: Schema, made: tuple[Schema, ...]) -> str:
    """The files that its patterns match and that another schema is for by name."""
    named = [f for other in made[: made.index(one)] for f in other.files if any(fnmatch(f, p) for p in one.files)]
    return f"exclude = {json.dumps(named)}\n" if named else ""
