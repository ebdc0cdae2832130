"""What the aide is given: the file of the model in force, and the names of places, laid down where it finds them."""

import hashlib
import json
import time
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from django.conf import settings
from django.db import connection

from linli.cases.catalogue.starter import MODEL
from linli.cases.sorting.models import SortingModel
from linli.methods.language.aide import lay
from linli.territory import named

NAMES_KEPT = 300.0
"""Seconds until it is asked again whether places or aliases have changed."""


@dataclass
class _Names:
    """The file of names that was laid down last, for which database, and until when nobody asks again."""

    database: str = ""
    stamp: str = ""
    path: str = ""
    good_until: float = 0.0


_names = _Names()


def files_for(model: SortingModel | None) -> dict[str, str]:
    """Return the paths of model (None: the starter model) and names, laid down if need be."""
    return {"model": _model_file(model), "places": _names_file()}


def _model_file(model: SortingModel | None) -> str:
    if model is None:
        return str(files("linli.cases").joinpath(MODEL))
    path = _folder() / f"{model.digest}.model"
    if not path.exists():
        content = SortingModel.objects.values_list("content", flat=True).get(pk=model.pk)
        lay(path, bytes(content or b""))
    return str(path)


def _names_file() -> str:
    database = str(connection.settings_dict["NAME"])
    if _names.database == database and time.monotonic() < _names.good_until:
        return _names.path
    stamp = named.stamp()
    if _names.database != database or _names.stamp != stamp or not Path(_names.path).exists():
        data = json.dumps(named.rows(), ensure_ascii=False).encode()
        path = _folder() / f"{hashlib.sha256(data).hexdigest()[:24]}.places"
        if not path.exists():
            lay(path, data)
        _names.database, _names.stamp, _names.path = database, stamp, str(path)
    _names.good_until = time.monotonic() + NAMES_KEPT
    return _names.path


def _folder() -> Path:
    folder: Path = settings.LINLI.proposing_folder()
    return folder
