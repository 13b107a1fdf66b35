"""The two steps under the reader: bytes into raw segments (`tokens.py`), segments into loops (`placing.py`)."""
