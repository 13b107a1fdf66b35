"""The story behind each stable code, as TOML: read by `edi834 explain`."""
