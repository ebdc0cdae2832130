"""Files being imported, their bad rows, and what a case's source said of it."""

import io
import uuid
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.cases.imports.choices import ImportFault, ImportState
from linli.kernel.seal import SEALED, Sealed, seal, unseal
from linli.territory.models import Organisation


class ImportRun(models.Model):
    """One file, by one map, on its way in. `started_at` is the clock by which every row of it is judged,
    also after an interruption; `position` counts the rows that are done, in the batch's own transaction.

    Root of its own event stream. The file is known by its hash; its rows lie elsewhere: on the server's
    disk for the command, sealed in ImportChunk for the browser. There a worker takes it by turns: `turn_at`
    is when it was asked for, then the end of its last turn; `beat_at` the last sign of life of who has it in
    hand; `attempt_count` the turns begun since its last batch.
    """

    source = models.CharField(_("Source"), max_length=32)
    name = models.CharField(_("File"), max_length=200)
    file_hash = models.CharField(max_length=64, db_collation="C")
    map_hash = models.CharField(max_length=64, db_collation="C")
    map_text = models.TextField(blank=True)
    user_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    total = models.IntegerField(_("Rows"))
    position = models.IntegerField(default=0)
    created = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    set_aside = models.IntegerField(default=0)
    doubtful = models.IntegerField(default=0)
    left_open = models.IntegerField(_("Without a category"), default=0)
    turn_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=16, choices=ImportFault.choices, null=True)
    version = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("Import")
        constraints = [
            models.UniqueConstraint(
                fields=["file_hash", "map_hash", "user_id"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="import_one_open",
            ),
            models.CheckConstraint(
                name="import_adds_up",
                condition=Q(position=F("created") + F("known") + F("set_aside")),
            ),
            models.CheckConstraint(
                name="import_ended_is_whole",
                condition=Q(ended_at__isnull=True) | Q(position=F("total")),
            ),
            models.CheckConstraint(
                name="import_open_are_created", condition=Q(left_open__range=(0, F("created")))
            ),
            models.CheckConstraint(
                name="import_fault_is_known",
                condition=Q(fault__isnull=True)
                | Q(fault__in=ImportFault.values, ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="import_in_hand_has_turn",
                condition=Q(beat_at__isnull=True) | Q(turn_at__isnull=False, ended_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["turn_at"],
                condition=Q(turn_at__isnull=False, ended_at__isnull=True, fault__isnull=True),
                name="import_to_take",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.position}/{self.total}"

    @property
    def state(self) -> ImportState:
        if self.ended_at:
            return ImportState.ENDED
        if self.fault or (self.position and self.turn_at is None):
            return ImportState.BROKEN
        if self.turn_at is None:
            return ImportState.LOOKED_AT
        return ImportState.RUNNING if self.position or self.beat_at else ImportState.WAITING


class ImportChunk(models.Model):
    """A piece of a file that came by the browser, sealed; gone when the import has ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="chunks")
    place = models.IntegerField()
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("Piece of a file")
        constraints = [models.UniqueConstraint(fields=["run", "place"], name="chunk_once")]

    def __str__(self) -> str:
        return f"{self.run_id} #{self.place}"

    @classmethod
    def of(cls, run: ImportRun, place: int, data: bytes) -> Self:
        """Return an unsaved piece. Bytes go through the seal as characters of the same numbers."""
        row = cls(run=run, place=place)
        row.sealed = seal(data.decode("latin-1"), where=f"import_chunk.sealed.{row.id}")
        return row

    @property
    def data(self) -> bytes:
        return unseal(self.sealed, where=f"import_chunk.sealed.{self.id}").encode("latin-1")


AT_ONCE = 4
"""Pieces of a file that are in memory at a time, written or read by one statement."""


class Pieces(io.RawIOBase):
    """A file that came by the browser, read from its pieces, a few at a time.

    `shelf` keeps those read last by their places, for whoever opens the file again: a small file costs one query.
    """

    def __init__(self, run: ImportRun, shelf: dict[int, bytes]) -> None:
        self.run, self.shelf = run, shelf
        self.place = 0
        self.rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go back to the beginning, the only place to which whoever reads a table goes."""
        if offset or whence != io.SEEK_SET:
            raise io.UnsupportedOperation("only to the beginning")
        self.place, self.rest = 0, memoryview(b"")
        return 0

    def readinto(self, into: Any) -> int:
        if not self.rest:
            if self.place not in self.shelf:
                self._fetch()
            self.rest = memoryview(self.shelf[self.place])
            if not self.rest:
                return 0
            self.place += 1
        count = min(len(into), len(self.rest))
        into[:count], self.rest = self.rest[:count], self.rest[count:]
        return count

    def _fetch(self) -> None:
        """Put the next pieces on the shelf; behind the last of all an empty one."""
        places = range(self.place, self.place + AT_ONCE)
        found = {piece.place: piece.data for piece in self.run.chunks.filter(place__in=places)}
        self.shelf.clear()
        self.shelf.update({place: found.get(place, b"") for place in places})


class ImportAside(models.Model):
    """A row that could not be taken, or was taken with a doubt: where it stood, why, and all its cells, sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="asides")
    record = models.IntegerField()
    line = models.IntegerField()
    code = models.CharField(max_length=64)
    was_taken = models.BooleanField(default=False)
    row_sealed = models.BinaryField()

    class Meta:
        verbose_name = _("Row set aside")
        constraints = [models.UniqueConstraint(fields=["run", "record", "code"], name="aside_once")]

    def __str__(self) -> str:
        return f"{self.run_id} #{self.record} {self.code}"

    @classmethod
    def of(cls, text: str, **columns: object) -> Self:
        """Return an unsaved row; `text` is the row as JSON."""
        row = cls(**columns)
        row.row_sealed = seal(text, where=f"import_aside.row.{row.id}")
        return row

    @property
    def text(self) -> str:
        return unseal(self.row_sealed, where=f"import_aside.row.{self.id}")


SEALED += [
    Sealed(model="cases.ImportChunk", columns={"sealed": "import_chunk.sealed"}, indexes={}),
    Sealed(model="cases.ImportAside", columns={"row_sealed": "import_aside.row"}, indexes={}),
]


class SourceRecord(models.Model):
    """来源记录. What a case's source said of it when it was taken over: how far, by whom, until when."""

    case = models.OneToOneField("cases.Case", models.CASCADE, related_name="source_record")
    said = models.CharField(_("State at the source"), max_length=64, blank=True)
    unit = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    unit_said = models.CharField(_("Unit at the source"), max_length=100, blank=True)
    due_at = models.DateTimeField(_("Due at the source"), null=True)
    closed_at = models.DateTimeField(_("Closed at the source"), null=True)
    reply = models.TextField(_("Result at the source"), blank=True)

    class Meta:
        verbose_name = _("Record of the source")

    def __str__(self) -> str:
        return f"{self.case_id} {self.said}"
