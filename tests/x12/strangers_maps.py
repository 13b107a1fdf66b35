"""pyx12's maps, read once: it reads its XML anew for every file, which is nine tenths of the time it takes.

Each file still gets a map of its own, unpickled from what pyx12 itself made of its XML, so nothing of one file's
reading is left for the next. Its verdicts are the same; only the tests do this.
"""

from __future__ import annotations

import pickle
from typing import Any

import pyx12.map_if

_read = pyx12.map_if.load_map_file
_maps: dict[tuple[Any, ...], bytes] = {}


def read_maps_once() -> None:
    """Let pyx12 take its maps from memory from the second time on."""
    pyx12.map_if.load_map_file = _from_memory


def _from_memory(file: str, param: Any, path: Any = None) -> Any:
    key = (file, path, *(str(param.get(name)) for name in ("charset", "exclude_external_codes", "simple_dtd")))
    if key not in _maps:
        _maps[key] = pickle.dumps(_read(file, param, path))
    return pickle.loads(_maps[key])
