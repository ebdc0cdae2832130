"""Files at rest: sealed, under names that tell nothing, looked at for viruses before they are kept.

Lives here: stores (a folder of sealed files each), their format, the hook to a virus scanner, the limits
of an upload. Does not live here: which file belongs to what and who may see it (that is a row of the
room that keeps it: cases/attachments, cases/exporting), what a picture is (methods/pictures.py).
Start at `store.py` (keep, read, sweep), then `sealing.py` (the format).
"""
