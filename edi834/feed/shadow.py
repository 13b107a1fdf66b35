"""The shadow carrier: every file that was taken, read again, must lead to the baseline.

The ledger keeps what each file said of each family. Read in order by the declared dialect, that is what the carrier's
book shows; the baseline is what we compare with every night. Where the two differ, one of them is wrong, and a person
learns which family, which field and since which file. Files of another mapping are taken as they were meant: the
dialect that they were written under is not the one of today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from edi834.book import Books, Dialect, Family, possible_books
from edi834.book.book import first_difference, same_family
from edi834.feed.ledger_port import FamilySending, Ledger, ReportedFamily
from edi834.model import FamilyRef, FeedId, Finding, MemberRef, Severity, TransmissionId

__all__ = ["BookDifference", "Replayed", "audit_books", "books_differ_finding", "differing", "replayed"]

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class BookDifference:
    """A family whose replayed book is not the baseline.

    Attributes:
      family: Which.
      member: Who is otherwise.
      field: What is otherwise.
      transmission_id: The newest file that the baseline rests on.
    """

    family: FamilyRef
    member: MemberRef
    field: str
    transmission_id: TransmissionId


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay of a feed's files found.

    Attributes:
      families: How many families were replayed.
      files: How many files the carrier took.
      of_earlier_mappings: How many of them another mapping wrote: those are taken as they were meant.
      differences: Where the replayed book is not the baseline.
    """

    families: int
    files: int
    of_earlier_mappings: int
    differences: tuple[BookDifference, ...]


def replayed(sendings: Sequence[FamilySending], base: ReportedFamily, dialect: Dialect, mapping_digest: str) -> Books:
    """Give the books that the carrier has of a family after the files up to the one that the baseline rests on."""
    family: Family | None = None
    since: list[FamilySending] = []
    for one in sendings:
        is_whole = one.is_accepted or (one.mapping_digest != mapping_digest and not one.rejected)
        if is_whole:
            family, since = one.target, []
        else:
            since.append(one)
        if one.transmission_id == base.transmission_id:
            break
    return possible_books(family, [one.as_taken() for one in since], dialect)


def audit_books(ledger: Ledger, feed_id: FeedId, dialect: Dialect, mapping_digest: str) -> Replayed:
    """Replay every file of a feed that the carrier took, and compare each family with the baseline."""
    found: list[BookDifference] = []
    files: dict[TransmissionId, str] = {}
    tokens = list(ledger.baseline_digests(feed_id))
    for some in (tokens[at : at + _AT_ONCE] for at in range(0, len(tokens), _AT_ONCE)):
        counting = ledger.baseline(feed_id, some)
        sendings = ledger.sendings(feed_id, some)
        files |= {one.transmission_id: one.mapping_digest for of_family in sendings.values() for one in of_family}
        found += _differences(sendings, counting, dialect, mapping_digest)
    earlier = sum(digest != mapping_digest for digest in files.values())
    return Replayed(len(tokens), len(files), earlier, tuple(sorted(found, key=lambda d: str(d.member))))


def differing(
    ledger: Ledger,
    feed_id: FeedId,
    counting: Mapping[str, ReportedFamily],
    tokens: Collection[str],
    dialect: Dialect,
    mapping_digest: str,
) -> Mapping[FamilyRef, tuple[BookDifference, Books]]:
    """Replay the families that a run touches.

    Returns:
      By family, what differs, and every book that the carrier may then have: the replayed ones, and the baseline.
    """
    sendings = ledger.sendings(feed_id, tokens) if tokens else {}
    found: dict[FamilyRef, tuple[BookDifference, Books]] = {}
    for difference in _differences(sendings, counting, dialect, mapping_digest):
        base = next(one for one in counting.values() if one.family.ref == difference.family)
        token = ledger.token(difference.family)
        books = replayed(sendings[token], base, dialect, mapping_digest)
        found[difference.family] = difference, (*books, base.family)
    return found


def books_differ_finding(difference: BookDifference) -> Finding:
    """A family that is stated whole tonight, because its replayed book is not the baseline."""
    return Finding(
        "E834-0963",
        Severity.WARNING,
        f"{difference.member}: {difference.field} is not in the baseline as the files up to "
        f"{difference.transmission_id} say it; the family is stated so that either book becomes right",
        about=difference.member,
        remedy="edi834 audit books  shows every such family",
    )


def _differences(
    sendings: Mapping[str, Sequence[FamilySending]],
    counting: Mapping[str, ReportedFamily],
    dialect: Dialect,
    mapping_digest: str,
) -> Iterator[BookDifference]:
    for token, of_family in sendings.items():
        base = counting.get(token)
        if base is None:
            continue
        for book in replayed(of_family, base, dialect, mapping_digest):
            if not same_family(book, base.family, dialect):
                member, name = first_difference(book, base.family, dialect)
                yield BookDifference(base.family.ref, member, name, base.transmission_id)
                break
