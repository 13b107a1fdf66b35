"""Files as facts, as ``compare --facts`` and ``reconcile`` read them: an 834, a flat file or a worklist, by its feed.

An 834 without a feed is read by the shipped mapping; a worklist is named by its transmission, because its data rests
sealed in the ledger and nowhere else.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from pathlib import Path

from edi834.check.facts import Account, flat_wording, worklist_wording, x12_wording
from edi834.commands.session import Session
from edi834.errors import NothingMatchesError, UsageError
from edi834.feed.forms import FlatForm, Form, WorklistForm, X12Form
from edi834.feed.profile import FeedProfile
from edi834.flat import read_flat
from edi834.mapping import CompiledMapping, Layer, compile_x12, read_spec
from edi834.mapping.paper import from_json
from edi834.workspace.mappings import read_form
from edi834.x12 import read

__all__ = ["account_of", "base_mapping", "is_x12", "layout_beside"]

_BASE = "x12_834_5010.toml"


def account_of(session: Session, file: Path, feed: str | None) -> Account:
    """What a file, or a worklist by its transmission, says.

    Args:
      session: The invocation.
      file: The file; where there is none of that name, a worklist's transmission.
      feed: The feed whose mapping reads it; an 834 needs none.

    Raises:
      NothingMatchesError: it is neither a file nor a worklist.
      UsageError: it cannot be read without a feed, or is not what that feed's files are.
    """
    if not file.is_file():
        return _worklist(session, str(file))
    content = file.read_bytes()
    form = session.workspace.ready_form(session.profile(feed))[0] if feed is not None else None
    if is_x12(content):
        interchanges = read(content).interchanges
        if not any(one.groups for one in interchanges):
            raise UsageError(f"{file} is not an 834", code="E834-0043")
        mapping = form.mapping if isinstance(form, X12Form) else base_mapping()
        return x12_wording(mapping).read_x12(interchanges)
    if not isinstance(form, FlatForm):
        raise UsageError(
            f"{file} is no 834, and is read by a feed's layout",
            code="E834-0974",
            remedy="add --feed FEED, once for both files, or once for each in their order",
        )
    reading = read_flat(form.mapping.layout, content)
    if not reading.is_sound:
        wrong = next(problem for problem in reading.problems if problem.is_error)
        raise UsageError(f"{file} is no file of {feed}: {wrong.message}", code="E834-0974")
    return flat_wording(form.mapping).read_flat(reading, form.mapping)


def is_x12(content: bytes) -> bool:
    """Whether the bytes begin as an interchange does."""
    return content.lstrip()[:3] == b"ISA"


def base_mapping() -> CompiledMapping:
    """The shipped mapping of an 834, compiled."""
    text = (resources.files("mappings") / _BASE).read_text(encoding="utf-8")
    spec, _ = read_spec([Layer(f"mappings/{_BASE}", text)])
    assert spec is not None
    mapping, findings = compile_x12(spec, {})
    assert mapping is not None, findings
    return mapping


def layout_beside(session: Session, profile: FeedProfile) -> Form | None:
    """The layout of a carrier's roster, ``carriers/<id>/rosters/<feed>.toml``: written as a flat mapping is."""
    settings = session.workspace.settings
    file = profile.carrier.folder / "rosters" / f"{profile.feed_id}.toml"
    if not file.is_file():
        return None
    described = replace(profile, mapping=file)
    form, _, findings = read_form(described, settings.home, invented_people=settings.source.invented_people)
    if form is None:
        session.output.findings(findings, to_stderr=True)
        raise UsageError(f"the layout {file.name} of {profile.carrier.carrier_id} is wrong", code="E834-0973")
    return form


def _worklist(session: Session, name: str) -> Account:
    transmission = session.ledger.find(name)
    form, _ = session.workspace.ready_form(session.profile(transmission.feed_id))
    if not isinstance(form, WorklistForm):
        raise NothingMatchesError(
            f"{name} is no file, and {transmission.transmission_id} is no worklist",
            code="E834-0042",
            remedy="name a file, or the ID of a worklist: edi834 worklist list",
        )
    content = session.ledger.sealed_content(transmission.transmission_id)
    return worklist_wording(form.mapping).read_worklist(from_json(content))
