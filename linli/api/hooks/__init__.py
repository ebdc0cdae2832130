"""What goes out to other systems: where to, what is owed to whom, the sending. Start at `models.py`, `sending.py`."""
