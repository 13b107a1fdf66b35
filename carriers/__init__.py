"""Carriers to copy: one folder each, all data, no code; invented, each after what public companion guides say.

A folder's README says what it is modelled on; ``docs/onboarding/new-carrier.md`` says how one becomes your own.
"""
