"""The overlay by date: today's rows laid over what was reported, and what the feed keeps back of it."""
