"""The ledger: the memory of what was sent, in SQL, with everything about people sealed before it reaches the disk.

It implements the port of ``edi834/feed/ledger_port.py`` over SQLite (one machine) and PostgreSQL (several), keeps
sealed files in a spool beside the database, and every change of state is one transaction with its line of the trail.
Deciding what to send, sealing for a recipient and sending are other rooms'.
"""

from edi834.ledger.keys import Keyring, create_keyring
from edi834.ledger.reported import Disclosure
from edi834.ledger.schema import check_schema, create_ledger, upgrade
from edi834.ledger.spool import Spool
from edi834.ledger.sql_ledger import SqlLedger

__all__ = ["Disclosure", "Keyring", "Spool", "SqlLedger", "check_schema", "create_keyring", "create_ledger", "upgrade"]
