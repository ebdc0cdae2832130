#!/usr/bin/env bash
# Installs Linli from this bundle, without network: ./install.sh [--prefix /opt/linli]
# A second run with a newer bundle upgrades the program; the database is brought up to it by `linli migrate`.
set -euo pipefail
umask 022
cd "$(dirname "$0")"
prefix=/opt/linli
while [ $# -gt 0 ]; do
  case $1 in
    --prefix) prefix=${2:?--prefix needs a folder}; shift 2 ;;
    *) echo "Unknown: $1. Usage: ./install.sh [--prefix /opt/linli]" >&2; exit 2 ;;
  esac
done

echo "1/3 Checking the bundle · 校验安装包"
sha256sum --quiet --check SHA256SUMS || {
  echo "A file of this bundle is not the one that was packed. Copy the bundle again." >&2
  echo "安装包文件与打包时不一致，请重新拷贝。" >&2
  exit 1
}

wanted=$(basename "$PWD" | sed 's/.*-cp3/3./')
python=$(command -v "python$wanted" || command -v python3 || true)
if [ -z "$python" ] || ! "$python" -c "import sys, venv, ensurepip; sys.exit('%d.%d' % sys.version_info[:2] != '$wanted')" 2>/dev/null; then
  echo "This bundle needs Python $wanted with its venv module (Debian: python$wanted-venv)." >&2
  echo "此安装包需要 Python $wanted 及其 venv 模块（Debian：python$wanted-venv）。" >&2
  exit 1
fi

echo "2/3 Installing into $prefix · 安装到 $prefix"
mkdir -p "$prefix"
[ -x "$prefix/venv/bin/python" ] || "$python" -m venv "$prefix/venv"
"$prefix/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --upgrade \
  --find-links wheels wheels/*.whl
cp -R deploy docs LICENSE THIRD_PARTY_NOTICES.md sbom.cdx.json "$prefix/"

echo "3/3 $("$prefix/venv/bin/python" -c 'import importlib.metadata as m; print("Linli", m.version("linli"))')"
echo "To look around · 先看看： $prefix/venv/bin/linli demo"
echo "For real · 正式安装：    $prefix/docs/install.md"
