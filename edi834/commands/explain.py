"""``explain``: the whole story of a code."""

from __future__ import annotations

from difflib import get_close_matches

import click

from edi834.commands.session import Session
from edi834.commands.stories import all_stories
from edi834.commands.verb import verb
from edi834.errors import NothingMatchesError

__all__ = ["explain"]


@verb("explain", statuses=(0, 10), example="edi834 explain E834-0203")
@click.argument("code")
@click.pass_obj
def explain(session: Session, code: str) -> int:
    """Say what a code means, why the engine acts so, and what to do."""
    wanted = code.upper() if code.upper().startswith("E834-") else f"E834-{code}"
    story = all_stories().get(wanted)
    if story is None:
        near = get_close_matches(wanted, list(all_stories()), n=1)
        raise NothingMatchesError(
            f"there is no code {wanted}",
            code="E834-0011",
            remedy=f"did you mean {near[0]}?" if near else "codes look like E834-0203",
        )
    session.output.line(f"{wanted}  {story.title}", style="bold")
    session.output.line(story.story)
    session.output.line(f"What to do: {story.remedy}")
    if story.elsewhere:
        session.output.line(f"In a file from elsewhere: {story.elsewhere}")
    session.output.event(
        "story", code=wanted, title=story.title, story=story.story, remedy=story.remedy, elsewhere=story.elsewhere
    )
    return session.output.summary(0)
