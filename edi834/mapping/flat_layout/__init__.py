"""A flat layout as it is written: its keys read with their places, its fields laid out, and whom each speaks of.

``reading.py`` reads keys of the right shape, ``fields.py`` makes fields of them, wide ones once for each place, and
``places.py`` says which person and span stand in which place.
Compiling a whole layout is ``flat_spec.py``'s, writing families ``flat_build.py``'s.
"""
