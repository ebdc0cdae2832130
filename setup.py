"""What pyproject.toml cannot say: translations lie beside the package in a checkout, inside it in a wheel."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithTranslations(build_py):
    """Puts the compiled catalogues into the package that is being built."""

    def run(self) -> None:
        """Build as ever, then copy."""
        super().run()
        if self.editable_mode:
            return
        for catalogue in Path("locale").rglob("*.mo"):
            target = Path(self.build_lib) / "linli" / catalogue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(catalogue, target)


setup(cmdclass={"build_py": WithTranslations})
