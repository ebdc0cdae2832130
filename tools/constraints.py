"""Pins what is installed in this environment: names and versions, no addresses. Run by `make constraints`."""

import importlib.metadata
from pathlib import Path

HEAD = "# Versions that were tested together. Renew with: make constraints\n"
LEFT_OUT = {"linli", "pip", "setuptools", "wheel"}


def main() -> None:
    """Write constraints.txt."""
    found = {
        distribution.metadata["Name"]: distribution.version
        for distribution in importlib.metadata.distributions()
    }
    lines = sorted(
        f"{name}=={version}\n" for name, version in found.items() if name.lower() not in LEFT_OUT
    )
    Path("constraints.txt").write_text(HEAD + "".join(sorted(lines, key=str.lower)))
    print(f"constraints.txt: {len(lines)} packages")


if __name__ == "__main__":
    main()
