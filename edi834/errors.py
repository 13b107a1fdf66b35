"""The one tree of errors, and the place a problem came from.

An exception is for stopping: it names a stable code, what happened to which *reference*, where, and the next
command to type; it never carries a value about a person. What can be collected instead of stopping a run is a
:class:`edi834.model.finding.Finding`; the story behind each code is data, in ``edi834/codes/*.toml``.

::

    Edi834Error                      exit  retryable   who must act
    ├── UnexpectedError                 1  no          us: a defect
    ├── UsageError                      2  no          whoever typed the command
    ├── ConfigurationError              4  no          the onboarding engineer
    ├── SnapshotRefusedError            5  no          whoever exports the snapshot
    ├── HeldError                       6  no          a person must decide
    │   ├── GrantError                  6  no          the Data Owner
    │   ├── KeyRefusedError             6  no          the recipient, with a new key
    │   └── HostKeyRefusedError         6  no          the recipient, with a host key
    ├── DeliveryError                   7  yes         nobody: the next run tries again
    │   └── LoginRefusedError           7  yes         after three runs: a person (6)
    ├── LockedError                     8  yes         nobody: another run is at work
    ├── NotAuthorisedError              9  no          whoever administers the workspace
    ├── NothingMatchesError            10  no          whoever typed the name
    ├── RejectedError                  11  no          the carrier rejected, or is late to answer
    └── InDoubtError                   12  no          a person must look at the carrier's side
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "ConfigurationError",
    "DeliveryError",
    "Edi834Error",
    "GrantError",
    "HeldError",
    "HostKeyRefusedError",
    "InDoubtError",
    "KeyRefusedError",
    "LockedError",
    "LoginRefusedError",
    "NotAuthorisedError",
    "NothingMatchesError",
    "Place",
    "RejectedError",
    "SnapshotRefusedError",
    "UnexpectedError",
    "UsageError",
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is, so that a person can go there.

    Attributes:
      path: The file, as the operator knows it (relative to the workspace where it lies in it).
      line: The line, counted from 1; None where the whole file is meant.
      column: The column, counted from 1; None where the whole line is meant.
      name: The column, key or element by name, where it has one.
      excerpt: The line itself, for configuration only: never for a line about a person.
    """

    path: str
    line: int | None = None
    column: int | None = None
    name: str | None = None
    excerpt: str | None = None

    def __str__(self) -> str:
        text = self.path
        if self.line is not None:
            text += f":{self.line}"
            if self.column is not None:
                text += f":{self.column}"
        return f"{text} ({self.name})" if self.name else text


class Edi834Error(Exception):
    """Something that stops a command or a feed.

    Args:
      message: What happened, and to which reference. Never a value about a person.
      code: The stable code, ``E834-NNNN``, documented in ``edi834/codes``.
      place: Where it happened, if it happened somewhere a person can go.
      remedy: What to do next; where it is missing, the code's own remedy is shown.
    """

    exit_status: ClassVar[int] = 1
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, code: str, place: Place | None = None, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.place = place
        self.remedy = remedy

    def __str__(self) -> str:
        where = f" [{self.place}]" if self.place else ""
        return f"{self.code} {self.message}{where}"


class UnexpectedError(Edi834Error):
    """A defect of ours: something happened that the design says cannot."""


class UsageError(Edi834Error):
    """The command was not understood."""

    exit_status = 2


class ConfigurationError(Edi834Error):
    """A carrier, mapping, grant or workspace file is wrong."""

    exit_status = 4


class SnapshotRefusedError(Edi834Error):
    """The snapshot as a whole cannot be trusted, so nothing is planned from it."""

    exit_status = 5


class HeldError(Edi834Error):
    """A guard, a missing grant or a refused identity needs a person."""

    exit_status = 6


class GrantError(HeldError):
    """The Data Owner has not permitted what a feed would report."""


class KeyRefusedError(HeldError):
    """A key is not fit to seal with, or cannot be opened."""


class HostKeyRefusedError(HeldError):
    """The server is not the one whose host key is pinned."""


class DeliveryError(Edi834Error):
    """The file did not arrive, nothing is damaged, and the next run may try again."""

    exit_status = 7
    retryable = True


class LoginRefusedError(DeliveryError):
    """The server did not let us in; one attempt a run, and a person after three runs."""


class LockedError(Edi834Error):
    """Another run holds the feed."""

    exit_status = 8
    retryable = True


class NotAuthorisedError(Edi834Error):
    """Whoever asked may not do this."""

    exit_status = 9


class NothingMatchesError(Edi834Error):
    """A named feed, member or transmission does not exist."""

    exit_status = 10


class RejectedError(Edi834Error):
    """The recipient rejected a file, or its answer is overdue."""

    exit_status = 11


class InDoubtError(Edi834Error):
    """A file may or may not have arrived; only the recipient's side can tell."""

    exit_status = 12
