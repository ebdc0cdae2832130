"""Exactly the bad rows are refused, whatever stands beside them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.cases.imports.models import ImportAside
from linli.cases.imports.tables import shape_of
from linli.cases.models import Case
from linli.cases.privacy.wall import wall_open_everywhere
from tests.cases.imports.bad_rows import KINDS, a_bad_file
from tests.cases.imports.files import a_table, imported

pytestmark = pytest.mark.django_db


def refused(run_id: int) -> dict[int, str]:
    return dict(ImportAside.objects.filter(run=run_id).values_list("record", "code"))


@pytest.mark.slow
def test_ten_thousand_rows_with_a_hundred_bad_ones_of_every_kind() -> None:
    data, bad = a_bad_file(10_000, seed=20191)
    assert set(bad.values()) == set(KINDS)
    assert shape_of(a_table(data)).encoding == "gb18030"

    run = imported(a_table(data))

    assert refused(run.pk) == bad
    assert (run.created, run.set_aside) == (9_900, 100)
    assert Case.objects.everywhere("test").count() == 9_900


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**6), share=st.floats(0.05, 0.9))
def test_bad_rows_side_by_side_cost_only_themselves(seed: int, share: float) -> None:
    with wall_open_everywhere("test"):
        Case.objects.everywhere("test").delete()
    data, bad = a_bad_file(40, seed=seed, share=share)

    run = imported(a_table(data))

    assert refused(run.pk) == bad
