"""How passwords and PINs are hashed: Argon2id with 19 MiB, two rounds, one lane.

The least that OWASP's Password Storage Cheat Sheet (read 2026-11-24) accepts: a hotline's morning, everybody signing
in at eight, must not fill the memory of a two-core machine.
"""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1
