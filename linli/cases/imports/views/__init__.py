"""Pages: an order pasted (`paste.py`), a file imported (`files.py`)."""
