"""OpenPGP read strictly: packets, keys and signatures as values, so that a key can be judged before it is used.

Only what is hashed and signed is believed, and whatever cannot be read is refused, never skipped (RFC 4880 and 9580,
keys of version 4).
Sealing is ``delivery/seal_pgp.py``'s and ``delivery/sealing``'s; whether a key is fit, ``delivery/admission.py``'s.
"""
