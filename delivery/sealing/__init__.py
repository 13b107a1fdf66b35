"""Sealing by the program that suits the key and the file: PGPy, or Sequoia in a process of its own.

Both write to the same admitted subkey and nothing else, and both are read back before anything is given
on; an operator may choose one by name, and otherwise modern keys and large files are Sequoia's.
PGPy's own sealer stands in ``delivery/seal_pgp.py``, whether a key is fit is ``delivery/admission.py``'s.
"""

from delivery.sealing.chosen import LARGE, SEALERS, ChosenSealer
from delivery.sealing.sequoia import SequoiaSealer

__all__ = ["LARGE", "SEALERS", "ChosenSealer", "SequoiaSealer"]
