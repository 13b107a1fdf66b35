"""The mapping language: Jinja2 expression syntax over documented names, and nothing that runs.

An expression is parsed by Jinja2's parser, checked against the names and kinds it may use, and compiled to closures.
Where expressions stand, and what becomes of their answers, is the rest of ``edi834/mapping``.
"""

from edi834.mapping.language.expression import Expression, Problem, compile_expression
from edi834.mapping.language.lists import compile_list
from edi834.mapping.language.names import (
    COVERAGE_ROOTS,
    FILE_ROOTS,
    MEMBER_ROOTS,
    OTHER_INSURANCE_ROOTS,
    Answer,
    CarrierIdentity,
    Kind,
    Level,
    Scope,
    Setting,
    Several,
)
from edi834.mapping.language.tables import CodeTable, inline_table, table_from_csv
from edi834.mapping.language.typed import Unanswered

__all__ = [
    "COVERAGE_ROOTS",
    "FILE_ROOTS",
    "MEMBER_ROOTS",
    "OTHER_INSURANCE_ROOTS",
    "Answer",
    "CarrierIdentity",
    "CodeTable",
    "Expression",
    "Kind",
    "Level",
    "Problem",
    "Scope",
    "Setting",
    "Several",
    "Unanswered",
    "compile_expression",
    "compile_list",
    "inline_table",
    "table_from_csv",
]
