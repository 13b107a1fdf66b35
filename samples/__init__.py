"""One invented employer, as a story, day by day, with the files that follow.

This package holds data, read with ``importlib.resources.files("samples")`` in a checkout as in an installation, and the
generator that wrote it. Everybody in it is invented, with numbers that are never issued; ``edi834 demo`` makes a
workspace of it.
"""
