"""The steps, from the first tables onward; each names the one before it."""
