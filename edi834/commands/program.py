"""The program: its global options, its verbs, and how an error becomes an exit status.

Every verb is a file of its own and is listed here once, in the order of ``--help``.
"""

from __future__ import annotations

import getpass
import os
import sys
from typing import Any

import click

from edi834 import __version__
from edi834.commands import (
    ack,
    approve,
    audit,
    baseline,
    check,
    compare,
    coverage,
    demo,
    doctor,
    draft,
    explain,
    hold,
    init,
    keys,
    kit,
    ledger,
    plan,
    poll,
    preview,
    reconcile,
    resend,
    resolve,
    run,
    schema,
    show,
    status,
    transmissions,
    validate,
    view,
    worklist,
)
from edi834.commands.output import Output
from edi834.commands.session import Session, Wiring
from edi834.errors import Edi834Error, UsageError
from edi834.feed.ledger_port import Actor
from edi834.feed.nightly import defect

__all__ = ["build_program"]

_VERBS = (
    demo.demo,
    init.init,
    doctor.doctor,
    keys.keys,
    check.check,
    preview.preview,
    coverage.coverage,
    compare.compare_files,
    draft.draft,
    schema.schema,
    kit.kit,
    plan.plan,
    run.run,
    status.status,
    transmissions.transmissions,
    show.show,
    approve.approve,
    approve.discard,
    hold.hold,
    hold.release,
    resend.resend,
    resolve.resolve,
    baseline.baseline,
    ledger.ledger,
    audit.audit,
    ack.ack,
    poll.poll,
    reconcile.reconcile,
    worklist.worklist,
    validate.validate,
    view.view,
    explain.explain,
)

_EPILOG = """
\b
EXIT STATUS
  0 done   1 unexpected   2 usage   3 partly   4 configuration   5 snapshot refused
  6 held for a person   7 delivery failed, retry   8 locked   9 not authorised
  10 nothing of that name   11 rejected or overdue   12 in doubt   130 interrupted
"""


class _Program(click.Group):
    """Turns an error of ours into its words and exit status; anything else is a defect, named without its values."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["standalone_mode"] = False
        try:
            result = super().main(*args, **kwargs)
        except click.exceptions.Exit as stop:
            sys.exit(stop.exit_code)
        except click.ClickException as error:
            sys.exit(_not_understood(error, as_json="--json" in (args[0] if args and args[0] else sys.argv)))
        except (click.Abort, KeyboardInterrupt):
            click.echo("interrupted; every command can be run again", err=True)
            sys.exit(130)
        except BrokenPipeError:
            sys.stderr.close()
            sys.exit(1)
        sys.exit(result if isinstance(result, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Edi834Error as error:
            return _output_of(ctx).error(error)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - a traceback quotes values; the defect is named instead
            return _output_of(ctx).error(defect(error))


def _output_of(ctx: click.Context) -> Output:
    return ctx.obj.output if isinstance(ctx.obj, Session) else Output()


def _not_understood(error: click.ClickException, *, as_json: bool) -> int:
    """Say what was wrong with what was typed: in click's words to a person, in one line to a script."""
    if as_json:
        remedy = "edi834 --help lists the verbs, edi834 VERB --help what each takes"
        return Output(as_json=True).error(UsageError(error.format_message(), code="E834-0018", remedy=remedy))
    error.show()
    return 2


def build_program(wiring: Wiring) -> click.Group:
    """Build the program around its wiring."""

    @click.group(cls=_Program, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
    @click.version_option(__version__, prog_name="edi834")
    @click.option("--home", metavar="DIR", envvar="EDI834_HOME", help="The workspace (default: the nearest upwards).")
    @click.option("--json", "as_json", is_flag=True, help="JSON Lines instead of text.")
    @click.option("--quiet", is_flag=True, help="No progress.")
    @click.option("--actor", metavar="NAME", help="Who is acting: a note in the trail beside the OS user.")
    @click.pass_context
    def edi834(ctx: click.Context, home: str | None, as_json: bool, quiet: bool, actor: str | None) -> None:
        """Report to insurance carriers, every night, who is covered."""
        ctx.obj = Session(wiring, Output(as_json, quiet), Actor(_os_user(), actor), home)

    for verb in _VERBS:
        edi834.add_command(verb)
    return edi834


def _os_user() -> str:
    """The operating system's user; its number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
