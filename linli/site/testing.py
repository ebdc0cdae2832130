"""A pytest plugin: starts or attaches to the embedded database before Django reads its settings."""

import os

from linli.site import cluster

os.environ["LINLI_ROLE"] = (
    "owner"  # tests create their database as owner, then assume the app's role
)
os.environ.setdefault("LINLI_LOG_LEVEL", "CRITICAL")
if not os.environ.get("LINLI_DATABASE_URL"):
    cluster.ensure()
# Pages are tested before `linli serve` has gathered the static files.
(cluster.home() / "static").mkdir(parents=True, exist_ok=True)
