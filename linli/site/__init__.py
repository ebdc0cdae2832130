"""The top floor: settings, the typed configuration, URLs and the `linli` command.

Lives here: what ties the rooms into one installation, and the supervisor of the embedded database.
Does not live here: anything a resident or a worker would recognise; that is in the rooms below.
Start at `config.py` (what can be set), `cli.py` (what can be typed), `urls.py` (what can be opened).
"""
