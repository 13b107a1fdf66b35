"""Where Alembic enters: it is handed a connection inside a transaction, and runs the steps on it.

There is no other way in: no ini file, no url of its own, no script that is written out.
The caller is ``edi834/ledger/schema.py``.
"""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
