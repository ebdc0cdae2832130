"""Every write of places and organisations, by verb family. Import the verbs from here."""

from linli.territory.operations.compounds import CompoundRow, load_compounds
from linli.territory.operations.divisions import Redrawn, keep_draft, redraw
from linli.territory.operations.organisations import (
    close_post,
    establish,
    open_organisation,
    open_post,
    serve,
    stop_serving,
)
from linli.territory.operations.places import (
    Loaded,
    PlaceRow,
    load_places,
    move_place,
    open_place,
    remove_alias,
)

__all__ = [
    "CompoundRow",
    "Loaded",
    "PlaceRow",
    "Redrawn",
    "close_post",
    "establish",
    "keep_draft",
    "load_compounds",
    "load_places",
    "move_place",
    "open_organisation",
    "open_place",
    "open_post",
    "redraw",
    "remove_alias",
    "serve",
    "stop_serving",
]
