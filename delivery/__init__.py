"""Files out: sealing for a recipient's key, and the ways to a carrier, as drivers of the ports in ``edi834/feed``.

Every driver passes the contract suite of its port in ``tests/contract``; ``registry.py`` lists the channels in one
literal dictionary, and no driver is found in any other way.
Deciding what is sent, and remembering that it was, is the engine's: nothing here reads a ledger or a snapshot.
"""
