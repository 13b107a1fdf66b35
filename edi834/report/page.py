"""Pages for a screen: one HTML file each, with nothing in it from elsewhere, and every value drawn as text.

A page's look is its template in ``pages/``; what stands on it is given by whoever asks for it, masked already where
values are not to be seen. A page runs no script and loads nothing.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import jinja2

__all__ = ["page"]


def page(template: str, **content: Any) -> str:
    """Draw a page.

    Args:
      template: The template's file name in ``pages/``.
      content: What it shows, by the names it uses.
    """
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    text = (files("edi834.report") / "pages" / template).read_text(encoding="utf-8")
    return environment.from_string(text).render(**content)
