"""What the guards of personal data cost, as ratios in one run: redaction, sealing, the wall around rows.

.venv/bin/python bench/personal.py [DATABASE]      (a database with cases, such as the demo's: linli)
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from linli.site.cli import ready

ready(database=sys.argv[1] if len(sys.argv) > 1 else "linli")

from django.db import connection  # noqa: E402

from linli.accounts.operations import installer  # noqa: E402
from linli.cases.models import Case  # noqa: E402
from linli.cases.permissions import CasePermission as P  # noqa: E402
from linli.cases.privacy.redaction import redacted  # noqa: E402
from linli.cases.privacy.wall import requester_of  # noqa: E402
from linli.kernel import clock  # noqa: E402
from linli.kernel.actor import Grant  # noqa: E402
from linli.kernel.seal import blind_index, seal, unseal  # noqa: E402

ROUNDS = 300
WORDS = (
    "我叫王丽，家住6号楼2单元301室，水管爆了没人管，电话138 0000 1234，"
    + "物业说明天来，等了三天。" * 12
)


def median_us(work: Callable[[], Any], *, rounds: int = ROUNDS) -> float:
    """Return the median of one call, in microseconds."""
    spent = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        spent.append(time.perf_counter() - started)
    return statistics.median(spent) * 1e6


def main() -> None:
    case = Case.objects.everywhere("bench").order_by("-pk").first()
    if case is None:
        raise SystemExit("The database holds no case. Load the demo first: linli demo --load-only")
    over = Grant("installer", frozenset({P.SEE}), "city_code", str(case.city_code))
    actor = installer(now=clock.now(), permissions=frozenset({P.SEE}), over=(over,))
    value = seal("+8613800001234", where="bench")

    def plain() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM cases_case WHERE id = %s", [case.pk])
            cursor.fetchall()

    def in_three() -> None:
        from django.db import transaction

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('linli.areas', %s, true)", [case.city_code])
            cursor.execute("SELECT * FROM cases_requester WHERE case_id = %s", [case.pk])
            cursor.fetchall()

    row = median_us(plain)
    wall = median_us(lambda: requester_of(case.pk, actor=actor, permission=P.SEE))
    three = median_us(in_three)
    print(f"one row without a wall           {row:8.0f} us   1.0")
    print(f"one row through the wall         {wall:8.0f} us   {wall / row:.1f}")
    print(f"the same in three statements     {three:8.0f} us   {three / row:.1f}")
    print(
        f"redacting {len(WORDS)} characters        {median_us(lambda: redacted(words=WORDS)):8.0f} us"
    )
    print(
        f"sealing a number                 {median_us(lambda: seal('+8613800001234', where='b')):8.0f} us"
    )
    print(
        f"opening a number                 {median_us(lambda: unseal(value, where='bench')):8.0f} us"
    )
    print(
        f"blind index of a number          {median_us(lambda: blind_index('phone', '+86138')):8.0f} us"
    )


if __name__ == "__main__":
    main()
