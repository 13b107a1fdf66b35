"""Every verb, option and event that the program has stands in ``docs/scripting.md``, and nothing else stands there.

Each verb's help ends with an example and its exit statuses, as ``docs/scripting.md`` numbers them. That every code is
written down is tested in ``test_errors.py``.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from cli import Wired
from edi834.commands import build_program
from tests.house.tree import ROOT

PAGE = (ROOT / "docs" / "scripting.md").read_text(encoding="utf-8")
PROGRAM = build_program(Wired())
HELP_OPTION = {"--help", "-h"}


def verbs(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every verb by its whole name, verbs of verbs included."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from verbs(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


VERBS = dict(verbs(PROGRAM))


def help_of(command: click.Command, name: str) -> str:
    return command.get_help(click.Context(command, info_name=name)).rstrip()


def documented() -> dict[str, str]:
    """The cells of the page's table that begin with a verb: by verb, what is typed."""
    table = PAGE.partition("## The verbs")[2]
    typed = re.findall(r"`((?:\\\||[^`|])+)`", "\n".join(line.split(" | ")[0] for line in table.splitlines()
                                                        if line.startswith("| `")))  # fmt: skip
    found = {}
    for words in typed:
        verb = next((v for v in sorted(VERBS, key=len, reverse=True) if words == v or words.startswith(f"{v} ")), words)
        found[verb] = words.replace("\\|", "|")
    return found


def statuses() -> set[int]:
    return {int(status) for status in re.findall(r"^\| (\d+) \|", PAGE, flags=re.MULTILINE)}


def test_every_verb_is_documented_and_every_documented_verb_is_there() -> None:
    assert set(documented()) == set(VERBS)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_documented_option_is_there(verb: str) -> None:
    options = {option for parameter in VERBS[verb].params for option in parameter.opts if option.startswith("--")}

    assert set(re.findall(r"--[a-z-]+", documented()[verb])) <= options - HELP_OPTION


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_verbs_help_ends_with_an_example_and_its_exit_statuses(verb: str) -> None:
    shown = help_of(VERBS[verb], verb)
    ending = shown[shown.index("EXAMPLE") :] if "EXAMPLE" in shown else ""
    listed = {int(status) for status in re.findall(r"^ +(\d+) +\w", ending.partition("EXIT STATUS")[2], re.MULTILINE)}

    assert re.search(r"EXAMPLE\n +edi834 .*\n\n +EXIT STATUS\n(?: +\d+ +.*(?:\n|$))+\Z", ending), shown
    assert {0, 1, 2, 130} <= listed
    assert listed <= statuses()


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_verbs_example_can_be_typed(verb: str) -> None:
    shown = help_of(VERBS[verb], verb)
    (example,) = re.findall(r"EXAMPLE\n +edi834 (.*)\n", shown)
    words = shlex.split(example)
    name = verb.split()
    assert words[: len(name)] == name

    # Parsing is asked alone: nothing is run, and a file that is not there is no mistake of the example.
    VERBS[verb].make_context(verb, words[len(name) :], resilient_parsing=False)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_option_says_what_it_does(verb: str) -> None:
    silent = [p.opts[0] for p in VERBS[verb].params if isinstance(p, click.Option) and not (p.help or is_plain(p))]

    assert silent == []


def is_plain(option: click.Option) -> bool:
    """A choice says in its own words what it may be."""
    return isinstance(option.type, click.Choice)


def test_the_programs_own_help_ends_with_the_exit_statuses() -> None:
    shown = help_of(PROGRAM, "edi834")

    ending = shown.partition("EXIT STATUS\n")[2]
    assert {int(status) for status in re.findall(r"\b(\d{1,3}) [a-z]", ending)} == statuses()
    assert all(line.startswith("    ") for line in ending.splitlines())


def test_the_global_options_are_documented() -> None:
    options = {option for parameter in PROGRAM.params for option in parameter.opts} - HELP_OPTION - {"--version"}

    assert options == set(re.findall(r"`(--\w+)", PAGE.partition("## Exit status")[0]))


def test_every_exit_status_is_on_the_page() -> None:
    assert statuses() == {*range(13), 130}
