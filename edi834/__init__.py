"""edi834 reports to insurance carriers, every night, who is covered.

It keeps the twelve laws of ``docs/concepts/laws.md``; data flows one way, from a snapshot through grants,
the carrier's book, mapping, checking and sealing to a receipt in the ledger.
Drivers (SFTP, PGP, paper) live in the top-level package ``delivery`` and are wired in ``cli.py`` only.
"""

__version__ = "0.1.0"
