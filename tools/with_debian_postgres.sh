#!/usr/bin/env bash
# Runs a command against a server of the distribution's PostgreSQL, made for it and thrown away after it:
#
#     tools/with_debian_postgres.sh .venv/bin/pytest -q tests/kernel tests/cases
#
# Owner and application have logins of their own, as in production. PG_MAJOR chooses among several versions.
set -euo pipefail

bin=$(compgen -G "/usr/lib/postgresql/${PG_MAJOR:-*}/bin" | sort -V | tail -1 || true)
if [ ! -x "$bin/initdb" ]; then
  echo "The distribution's PostgreSQL is missing. Debian: apt-get install postgresql" >&2
  exit 1
fi

folder=$(mktemp -d /tmp/linli-pg.XXXXXX)
as=()
if [ "$(id -u)" -eq 0 ]; then # PostgreSQL refuses to run as root
  chown postgres "$folder"
  as=(runuser -u postgres --)
fi
server() { "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -s -w "$@"; }
# shellcheck disable=SC2329 # called by the trap
clean() {
  server stop -m immediate 2>/dev/null || true
  rm -rf "$folder"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"${as[@]}" "$bin/initdb" -D "$folder/data" -U postgres -E UTF8 --locale=C.UTF-8 --auth=trust -N >"/dev/null"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
server start -l "$folder/log" -o "-c listen_addresses=127.0.0.1 -p $port -k $folder -c fsync=off -c jit=off"

"$bin/psql" -q -h 127.0.0.1 -p "$port" -U postgres -v ON_ERROR_STOP=1 <<'SQL'
CREATE ROLE linli_owner LOGIN CREATEDB;
CREATE ROLE linli_app LOGIN;
-- Only tests need this: they make their database as owner and go on as the application.
GRANT linli_app TO linli_owner;
CREATE DATABASE linli OWNER linli_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
SQL

export LINLI_DATABASE_URL="postgresql://linli_app@127.0.0.1:$port/linli"
export LINLI_OWNER_DATABASE_URL="postgresql://linli_owner@127.0.0.1:$port/linli"
"$@"
