"""One feed, start to finish."""
