#!/usr/bin/env bash
# Installs the bundle given where there is no network at all, and lets the demo pass its health check there.
#
#     tools/try_bundle.sh dist/linli-*.tar.gz
set -euo pipefail
bundle=$(realpath "${1:?which bundle?}")
folder=$(mktemp -d /tmp/linli-bundle.XXXXXX)
export LINLI_HOME=$folder/home
# shellcheck disable=SC2329 # called by the trap
clean() {
  if [ -x "$folder/to/venv/bin/linli" ]; then
    data=$("$folder/to/venv/bin/python" -c "from linli.site import cluster; print(cluster.status().data_dir.parent)")
    "$folder/to/venv/bin/linli" db stop || true
    rm -rf "$data" # as root it lies outside the folder
  fi
  rm -rf "$folder"
}
trap clean EXIT

tar -xzf "$bundle" -C "$folder"
# The inner shell has loopback and nothing else; an address outside must be out of reach.
isolate=(unshare --net)
[ "$(id -u)" -eq 0 ] || isolate=(unshare --net --map-root-user)
"${isolate[@]}" bash -euc '
  python3 - <<PY
import fcntl, socket, struct
lo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(lo, 0x8914, struct.pack("16sh", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: up, running
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try:
    out.connect(("192.0.2.1", 9))
except OSError as cut:
    print(f"Network: {cut.strerror}")
else:
    raise SystemExit("the network is not cut off")
PY
  "$0"/linli-*/install.sh --prefix "$0/to"
  cd "$0" && "$0/to/venv/bin/linli" demo --once --port 8398 --cases 40
  "$0/to/venv/bin/linli" doctor
' "$folder"
