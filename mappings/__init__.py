"""The base mappings that carriers extend, as TOML: the 834 of the implementation guide, and flat layouts.

This package holds data and no code, and is read with ``importlib.resources.files("mappings")``, in a checkout as in an
installation. What a mapping may say is ``edi834.mapping``'s; a carrier's own mappings lie in the operator's workspace.
"""
