"""How tables get in: a folder of CSV or Parquet, or a database, read strictly to columns of text.

Whatever cannot be trusted as a whole refuses the snapshot here, before a value is looked at; nothing is guessed.
What the values mean, and which person a wrong one belongs to, is decided in ``edi834/sources``.
"""

from edi834.sources.read.columns import RawSnapshot, RawTable, TextColumn
from edi834.sources.read.database import read_database
from edi834.sources.read.folder import read_folder

__all__ = ["RawSnapshot", "RawTable", "TextColumn", "read_database", "read_folder"]
