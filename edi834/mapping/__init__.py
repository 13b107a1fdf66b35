"""What goes where: a carrier's companion guide as assignments, from TOML text to a document.

``read_spec`` merges the layers, ``compile_x12`` (or ``compile_worklist``) finds every mistake before the first family
is read and says which fields are used, and ``build_x12`` writes families.
Reading files is the workspace's, judging the document ``edi834/check``'s; flat layouts are ``flat_build.py``'s.
"""

from edi834.mapping.document import Document, DocumentSet, FileFacts, FileFormat, FilePurpose, FileScope
from edi834.mapping.guided.build import Built, build_x12
from edi834.mapping.guided.compile import compile_x12, mapping_digest
from edi834.mapping.guided.compiled import CompiledMapping, Explanation
from edi834.mapping.guided.envelope import ENVELOPE_KEYS, EnvelopeSettings, envelope_settings
from edi834.mapping.guided.sets import SetPolicy
from edi834.mapping.language import CarrierIdentity, CodeTable, Expression, compile_expression
from edi834.mapping.scopes import Counts, Surroundings
from edi834.mapping.source import TomlSource, read_toml, unknown_keys
from edi834.mapping.spec import Assignment, CodeFile, Layer, MappingSpec, base_of, code_tables, read_spec
from edi834.mapping.worklist import CompiledWorklist, WorklistRow, compile_worklist, worklist_rows

__all__ = [
    "ENVELOPE_KEYS",
    "Assignment",
    "Built",
    "CarrierIdentity",
    "CodeFile",
    "CodeTable",
    "CompiledMapping",
    "CompiledWorklist",
    "Counts",
    "Document",
    "DocumentSet",
    "EnvelopeSettings",
    "Explanation",
    "Expression",
    "FileFacts",
    "FileFormat",
    "FilePurpose",
    "FileScope",
    "Layer",
    "MappingSpec",
    "SetPolicy",
    "Surroundings",
    "TomlSource",
    "WorklistRow",
    "base_of",
    "build_x12",
    "code_tables",
    "compile_expression",
    "compile_worklist",
    "compile_x12",
    "envelope_settings",
    "mapping_digest",
    "read_spec",
    "read_toml",
    "unknown_keys",
    "worklist_rows",
]
