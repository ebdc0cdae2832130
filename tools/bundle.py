"""Makes the bundle for a machine without network: wheels, checksums, list of parts, install.sh. Run by `make bundle`.

    tools/bundle.py [--to dist]      write dist/linli-<version>-<platform>-<python>.tar.gz

The list of parts (SBOM) is CycloneDX 1.6 in JSON; each part is a wheel with its SHA-256, licence and package URL.
The bundle fits the platform and the Python that made it.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import uuid
import zipfile
from email import message_from_string
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = "embedded,calendar,analysis"
CARRIED = (
    "deploy",
    "docs/install.md",
    "docs/protection-level-3.md",
    "LICENSE",
    "THIRD_PARTY_NOTICES.md",
)


def main() -> None:
    """Build and pack; print where the bundle lies."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, default=ROOT / "dist")
    to: Path = parser.parse_args().to
    with tempfile.TemporaryDirectory(prefix="linli-bundle-") as work:
        wheels = Path(work) / "wheels"
        collect(wheels)
        version = next(wheels.glob("linli-*.whl")).name.split("-")[1]
        python = f"cp{sys.version_info.major}{sys.version_info.minor}"
        name = f"linli-{version}-{platform.system().lower()}-{platform.machine()}-{python}"
        folder = Path(work) / name
        folder.mkdir()
        wheels.rename(folder / "wheels")
        for carried in CARRIED:
            source = ROOT / carried
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            (folder / carried).parent.mkdir(exist_ok=True)
            copy(source, folder / carried)
        shutil.copy2(ROOT / "tools" / "install.sh", folder / "install.sh")
        parts = sorted((folder / "wheels").glob("*.whl"))
        (folder / "sbom.cdx.json").write_text(json.dumps(sbom(parts), indent=1) + "\n")
        (folder / "SHA256SUMS").write_text(checksums(folder))
        to.mkdir(parents=True, exist_ok=True)
        packed = to / f"{name}.tar.gz"
        with tarfile.open(
            packed, "w:gz", compresslevel=1
        ) as archive:  # wheels are compressed already
            archive.add(folder, arcname=name, filter=_plain)
    print(
        f"{packed}  {packed.stat().st_size / 1e6:.0f} MB, {len(parts)} wheels, sha256 {sha256(packed)}"
    )


def collect(wheels: Path) -> None:
    """Build Linli's wheel and gather those of all it runs on, in the versions that were tested."""
    shutil.rmtree(
        ROOT / "build", ignore_errors=True
    )  # what an older build left would be packed too
    subprocess.run(
        [
            sys.executable, "-m", "pip", "wheel", "-qq", "--disable-pip-version-check",
            "--wheel-dir", str(wheels), "-c", str(ROOT / "constraints.txt"), f"{ROOT}[{EXTRAS}]",
        ],
        check=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1767225600"},
    )  # fmt: skip


def sbom(wheels: list[Path]) -> dict[str, Any]:
    """Return the CycloneDX document of the wheels; Linli's own is what the document is about."""
    parts = [_component(wheel) for wheel in wheels]
    own = next(part for part in parts if part["name"] == "linli")
    others = [part for part in parts if part is not own]
    content = "".join(part["hashes"][0]["content"] for part in parts)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {"component": {**own, "type": "application"}},
        "components": others,
        "dependencies": [
            {"ref": own["bom-ref"], "dependsOn": [part["bom-ref"] for part in others]}
        ],
    }


def _component(wheel: Path) -> dict[str, Any]:
    with zipfile.ZipFile(wheel) as opened:
        name = next(n for n in opened.namelist() if n.endswith(".dist-info/METADATA"))
        meta = message_from_string(opened.read(name).decode())
    purl = f"pkg:pypi/{meta['Name'].lower().replace('_', '-')}@{meta['Version']}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": meta["Name"],
        "version": meta["Version"],
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": sha256(wheel)}],
        "licenses": _licences(meta),
    }


def _licences(meta: Any) -> list[dict[str, Any]]:
    if expression := meta["License-Expression"]:
        return [{"expression": expression}]
    classified = [
        line.rpartition(" :: ")[2]
        for line in meta.get_all("Classifier", [])
        if line.startswith("License :: ")
    ]
    named = classified or [(meta["License"] or "see the wheel").splitlines()[0]]
    return [{"license": {"name": name}} for name in named]


def checksums(folder: Path) -> str:
    """Return a line a file as sha256sum reads it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(f"{sha256(file)}  ./{file.relative_to(folder).as_posix()}\n" for file in files)


def sha256(file: Path) -> str:
    """Return a file's SHA-256, hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry


if __name__ == "__main__":
    main()
