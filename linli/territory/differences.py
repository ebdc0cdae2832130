"""What a division file changes among the places that stand now."""

from collections.abc import Sequence

from linli.territory.choices import BELOW_COMMUNITY, PlaceLevel
from linli.territory.models import Place
from linli.territory.rules import Difference, DivisionRow, Standing, compare


def difference(rows: Sequence[DivisionRow]) -> Difference:
    """Return what the rows would change. They speak for the districts they name, and for no other."""
    standing = {
        code: Standing(code, name, short, level, is_over=over is not None)
        for code, name, short, level, over in Place.objects.exclude(
            level__in=BELOW_COMMUNITY
        ).values_list("code", "name", "short_name", "level", "valid_to")
    }
    districts = [row.code for row in rows if row.level == PlaceLevel.DISTRICT]
    area = (
        Place.objects.filter(district_code__in=districts, valid_to=None)
        .exclude(level__in=BELOW_COMMUNITY)
        .order_by("code")
        .values_list("code", flat=True)
    )
    return compare(rows, standing=standing, area=list(area))
