"""``init``: a new workspace, with an example carrier to copy and the key that seals its state."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from edi834.commands.session import Session
from edi834.commands.verb import verb
from edi834.errors import UsageError
from edi834.workspace import open_workspace

__all__ = ["init"]


@verb("init", statuses=(0,), example="edi834 init benefits")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.pass_obj
def init(session: Session, folder: Path) -> int:
    """Make a new workspace. Nothing that is there is ever overwritten."""
    written = list(_copy(resources.files("edi834.commands") / "template", folder, folder))
    workspace = open_workspace(folder.resolve())
    made = session.wiring.create_state(workspace)
    for name in (*written, *made):
        session.output.line(f"made {name}")
        session.output.event("made", name=name)
    session.output.line(f"next:  edi834 --home {folder} check   and read docs/onboarding")
    return session.output.summary(0, made=len(written) + len(made))


def _copy(source: Traversable, target: Path, home: Path) -> Iterator[str]:
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{target} cannot be made: {error.strerror}", code="E834-0012") from None
    for entry in sorted(source.iterdir(), key=lambda e: e.name):
        name = entry.name.removesuffix(".template")
        place = target / (f".{name.removeprefix('dot-')}" if name.startswith("dot-") else name)
        if entry.is_dir():
            yield from _copy(entry, place, home)
        elif not place.exists():
            place.write_bytes(entry.read_bytes())
            yield place.relative_to(home).as_posix()
