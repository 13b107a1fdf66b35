"""What is fast, as ratios measured in one run; nothing here ships."""
