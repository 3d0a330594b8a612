"""Copies the browser files and fonts of others into the tree, at the pinned version, with their licence.

The files are checked in, so nobody needs this to run Rusuban. It is run by hand when a version below changes:

    python scripts/vendor_files.py            fetch, check the digest, write
    python scripts/vendor_files.py --check    compare what is checked in with the published package

`npm pack` fetches a package without running anything of it.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

KIT = Path(__file__).parent.parent / "packages/coworking/src/coworking/kit"
BROWSER_FILES = KIT / "web/static/vendor"
FONTS = KIT / "typesetting/fonts"


@dataclass(frozen=True)
class VendoredPackage:
    """A package of the npm registry and which of its files we take (path in the package → our name)."""

    folder: Path
    name: str
    version: str
    integrity: str  # Subresource Integrity form, as the registry publishes it
    files: dict[str, str]


PACKAGES = [
    VendoredPackage(
        folder=BROWSER_FILES,
        name="htmx.org",
        version="2.0.11",
        integrity="sha512-Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
        files={"dist/htmx.min.js": "htmx.min.js", "LICENSE": "htmx.LICENSE.txt"},
    ),
    VendoredPackage(
        folder=FONTS,
        name="@expo-google-fonts/noto-sans-jp",
        version="0.4.3",
        integrity="sha512-Fl+Z6vtD24HFAYsvzB0S9Nery1ly16B9PesdY0wBd+wEHAvkNglnkTUspU0HqGOubkmoa8zusJrKv6vDx1o70A==",
        files={
            "400Regular/NotoSansJP_400Regular.ttf": "NotoSansJP-Regular.ttf",
            "700Bold/NotoSansJP_700Bold.ttf": "NotoSansJP-Bold.ttf",
            "LICENSE_FONT": "NotoSansJP.LICENSE.txt",
        },
    ),
]


def fetch(package: VendoredPackage, folder: Path) -> Path:
    """The package's archive, its digest checked. Raises SystemExit with one line when it differs."""
    subprocess.run(  # noqa: S603 (fixed arguments)
        ["npm", "pack", f"{package.name}@{package.version}", "--silent", "--pack-destination", str(folder)],  # noqa: S607 (on the path)
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (archive,) = folder.glob("*.tgz")
    algorithm, _, expected = package.integrity.partition("-")
    digest = base64.b64encode(hashlib.new(algorithm, archive.read_bytes()).digest()).decode()
    if digest != expected:
        raise SystemExit(f"{package.name} {package.version}: the archive has another digest: {digest}")
    return archive


def contents(package: VendoredPackage) -> dict[str, bytes]:
    """Our file name → what it holds."""
    with tempfile.TemporaryDirectory() as folder:
        archive = fetch(package, Path(folder))
        with tarfile.open(archive) as opened:
            found: dict[str, bytes] = {}
            for path, name in package.files.items():
                member = opened.extractfile(f"package/{path}")
                if member is None:
                    raise SystemExit(f"{package.name} {package.version}: there is no file {path}")
                found[name] = member.read()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Copy the pinned files into the tree.")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    check_only = parser.parse_args().check
    differing: list[str] = []
    for package in PACKAGES:
        package.folder.mkdir(parents=True, exist_ok=True)
        for name, data in contents(package).items():
            file = package.folder / name
            if file.exists() and file.read_bytes() == data:
                continue
            differing.append(name)
            if not check_only:
                file.write_bytes(data)
    for name in differing:
        sys.stdout.write(f"{name}: {'differs' if check_only else 'written'}\n")
    return 1 if check_only and differing else 0


if __name__ == "__main__":
    sys.exit(main())
