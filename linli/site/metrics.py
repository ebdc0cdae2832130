"""What Prometheus reads: requests, operations, the outbox, the pool. No personal data, no addresses.

Several web processes add to the same figures: each keeps its counts in a file of its own under
PROMETHEUS_MULTIPROC_DIR (set by `linli serve`), and whichever answers the scrape adds the files up.
Without that folder (one process, tests) the figures are those of the process.
"""

import glob
import hmac
import ipaddress
import os
import re
from collections.abc import Iterator, MutableMapping
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.005, 0.01, 0.02, 0.035, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
COUNTED = 100_000
"""The outbox is counted up to here: a scrape must stay cheap when the drainer has stood for a day."""

REQUESTS = Counter("linli_requests", "Requests answered", ["method", "view", "status"])
REQUEST_SECONDS = Histogram("linli_request_seconds", "Time to answer", ["view"], buckets=SECONDS)
OPERATIONS = Counter("linli_operations", "Operations by outcome", ["operation", "outcome"])
POOL = Gauge(
    "linli_database_pool", "Connections of the web processes", ["kind"], multiprocess_mode="livesum"
)
_POOL_KINDS = {"pool_size": "open", "pool_available": "idle", "requests_waiting": "waiting"}


def count_operation(
    logger: Any, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Count an operation by its own log line. A step of structlog's chain; changes nothing."""
    if line.get("event") == "operation" and getattr(logger, "name", "") == "linli.operation":
        OPERATIONS.labels(line.get("operation", ""), line.get("outcome", "")).inc()
    return line


def count_request(*, method: str, view: str, status: int, seconds: float) -> None:
    """Count one answered request. `view` is the name of the address, never the address."""
    REQUESTS.labels(method, view, str(status)).inc()
    REQUEST_SECONDS.labels(view).observe(seconds)
    _see_pool()


def _see_pool() -> None:
    from django.db import connection

    pool = getattr(connection, "pool", None)
    if pool is not None:
        stats = pool.get_stats()
        for name, kind in _POOL_KINDS.items():
            POOL.labels(kind).set(stats.get(name, 0))


class Backlog:
    """The outbox, looked at when somebody asks."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield its length (at most COUNTED) and the age of its oldest event in seconds."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT (SELECT count(*) FROM (SELECT 1 FROM kernel_outbox LIMIT %s) counted), "
                "coalesce((SELECT extract(epoch FROM clock_timestamp() - e.recorded_at) FROM kernel_event e "
                "WHERE e.id = (SELECT min(event_id) FROM kernel_outbox)), 0)",
                [COUNTED],
            )
            length, age = cursor.fetchone()
        yield GaugeMetricFamily("linli_outbox_length", "Events not handed on yet", value=length)
        yield GaugeMetricFamily("linli_outbox_seconds", "Age of the oldest of them", value=age)


def exposition() -> tuple[bytes, str]:
    """Return the figures of all processes in Prometheus' text form, and its content type."""
    registry: CollectorRegistry = REGISTRY
    if folder := os.environ.get(FOLDER):
        _forget_the_dead(folder)
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    backlog = CollectorRegistry()
    backlog.register(Backlog())
    return generate_latest(registry) + generate_latest(backlog), CONTENT_TYPE_LATEST


def _forget_the_dead(folder: str) -> None:
    """Drop the gauges of processes that ended; what they counted stays counted."""
    for path in glob.glob(os.path.join(folder, "gauge_live*.db")):
        found = re.search(r"_(\d+)\.db$", path)
        if found and not os.path.exists(f"/proc/{found[1]}") and os.path.isdir("/proc/self"):
            multiprocess.mark_process_dead(int(found[1]), folder)


def may_read(*, meta: MutableMapping[str, Any], token: str | None) -> bool:
    """Say whether a request may read the figures: by the token, or from this very machine.

    A proxy on this machine comes from loopback too, for anybody; it is known by the header it adds.
    """
    given = str(meta.get("HTTP_AUTHORIZATION", ""))
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    if any(name in meta for name in ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED")):
        return False
    try:
        return ipaddress.ip_address(str(meta.get("REMOTE_ADDR", ""))).is_loopback
    except ValueError:
        return False
