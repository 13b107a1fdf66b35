"""The overlay by date: what rows of today say of days, laid over what was reported; and what the feed keeps back of it."""
