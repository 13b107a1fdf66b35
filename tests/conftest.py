"""What every test may lean on: Hypothesis profiles, system programs, and a PostgreSQL database of its own.

A test that needs a system program says so with ``@pytest.mark.needs("sshd")`` and is skipped, in one line, where it is
absent; with ``EDI834_TEST_NEEDS=required``, as in continuous integration, the absence is a failure.
Builders and fakes live beside the tests that use them.
"""

from __future__ import annotations

import functools
import gc
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from tests.x12.strangers_maps import read_maps_once

# The default profile gives the same examples in every run; the laws look for new ones, and print how to repeat them.
settings.register_profile("default", max_examples=50, stateful_step_count=30, deadline=None, derandomize=True)
settings.register_profile("ci", settings.get_profile("default"), max_examples=60, print_blob=True)
settings.register_profile(
    "laws",
    max_examples=1000,
    stateful_step_count=100,
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("EDI834_HYPOTHESIS_PROFILE", "default"))

read_maps_once()

# What a test may need, and the names under which systems install it. OpenSSH's server is seldom on a user's PATH.
PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "gpg": ("gpg",),
    "pdftotext": ("pdftotext",),
    "sshd": ("sshd", "/usr/sbin/sshd", "/usr/local/sbin/sshd"),
}
POSTGRES_HERE = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
PATIENCE = timedelta(seconds=3)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            _require(name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many histories had which mode and value of which rule, wherever tests counted them."""
    from tests.laws.policies import DRAWN

    passed = terminalreporter.stats.get("passed", [])
    counted = [value for one in passed for name, value in one.user_properties if name == DRAWN]
    drawn = sum(map(Counter, counted), Counter[str]())
    if drawn:
        histories = sum(n for value, n in drawn.items() if value.startswith("mode = "))
        terminalreporter.section(f"{histories} histories of 30 nights, by mode and by value of each rule")
        for value, n in sorted(drawn.items()):
            terminalreporter.line(f"{n:7} {value}")


@pytest.fixture(autouse=True)
def _seldom_collected(request: pytest.FixtureRequest) -> Iterator[None]:
    """The laws make millions of small values and hardly a cycle: looking for cycles took a quarter of their time."""
    before = gc.get_threshold()
    if request.node.get_closest_marker("laws"):
        gc.set_threshold(50_000, 20, 50)
    yield
    gc.set_threshold(*before)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of an empty PostgreSQL database, one for each worker, dropped at the end."""
    _require("postgres")
    server = _postgres()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    name = f"edi834_test_{worker}_{os.getpid()}"
    _administer(server, "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _require(name: str) -> None:
    absence = _absence(name)
    if absence is None:
        return
    if os.environ.get("EDI834_TEST_NEEDS") == "required":
        pytest.fail(absence, pytrace=False)
    pytest.skip(absence)


@functools.cache
def _absence(name: str) -> str | None:
    """Why what is needed cannot be used here, in one line; None where it can."""
    if name == "postgres":
        return _postgres_absence()
    if name not in PROGRAMS:
        raise pytest.UsageError(f"needs({name!r}): expected one of {', '.join(sorted([*PROGRAMS, 'postgres']))}")
    if any(shutil.which(candidate) for candidate in PROGRAMS[name]):
        return None
    return f"{name} is not installed"


def _postgres_absence() -> str | None:
    server = _postgres()
    try:
        _connect(server).close()
    except psycopg.OperationalError:
        if "EDI834_TEST_POSTGRES" in os.environ:
            pytest.fail("the PostgreSQL that EDI834_TEST_POSTGRES names does not answer", pytrace=False)
        return f"PostgreSQL does not answer at {server.host}:{server.port}"
    return None


def _postgres() -> URL:
    return make_url(os.environ.get("EDI834_TEST_POSTGRES", POSTGRES_HERE))


def _connect(server: URL) -> psycopg.Connection:
    return psycopg.connect(
        host=server.host,
        port=server.port,
        user=server.username,
        password=server.password,
        dbname=server.database,
        connect_timeout=int(PATIENCE.total_seconds()),
        autocommit=True,
    )


def _administer(server: URL, statement: str, database: str) -> None:
    with _connect(server) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(database)))
