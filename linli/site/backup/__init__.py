"""`linli db backup` and `linli db restore`: a dump, its list of contents, and a restore that is compared.

The list is read in the same snapshot as the dump. Keys are named in it, never put into it: a backup that is
stolen opens nothing. Beside this file: contents (what a database holds), programs (pg_dump and pg_restore of a
fitting version), taking, restoring, record (when the last one was taken), errors, cli.
"""
