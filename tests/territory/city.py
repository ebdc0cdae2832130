"""What tests of places share: actors that look after the city, files in memory."""

import gzip
import io
from pathlib import Path

from linli.accounts.operations import installer
from linli.kernel.actor import Actor, Grant
from linli.territory.permissions import TerritoryPermission as P
from tests.conftest import NOW

DATA = Path(__file__).parents[3] / "shared" / "data"
DIVISIONS = DATA / "beijing-divisions" / "communities.csv.gz"
HEADER = "code,name,short,kind,streetCode,street,areaCode,district,succeeds\n"


def manager(*, over: str = "110000", column: str = "city_code") -> Actor:
    """Return an actor that loads places and looks after an area."""
    held = frozenset({P.MANAGE, P.LOAD, P.SEE, "accounts.appoint"})
    return installer(now=NOW, permissions=held, over=(Grant("test", held, column, over),))


def a_file(*rows: str, header: str = HEADER) -> io.BytesIO:
    return io.BytesIO((header + "\n".join(rows) + "\n").encode())


def community(code: str, name: str, *, succeeds: str = "") -> str:
    """Return a row for a community of 垡头街道."""
    return f"{code},{name}社区居委会,{name},社区,110105019,垡头街道,110105,朝阳区,{succeeds}"


def packed(text: str) -> io.BytesIO:
    return io.BytesIO(gzip.compress(text.encode()))
