"""Mapping onto the implementation guide: assignments compiled against it, and families written as its loops.

``compile.py`` finds every mistake of a mapping before the first family is read; ``emission.py`` writes one family;
``build.py`` gathers families into transaction sets and a document.
Whether the document as a whole is right is checked in ``edi834/check``.
"""
