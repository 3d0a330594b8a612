"""`python -m coworking.kit.postgres stop|remove FOLDER`: for the Makefile, when no service can be asked."""

from __future__ import annotations

import sys
from pathlib import Path

from coworking.kit.postgres.server import remove, stop


def main(arguments: list[str]) -> int:
    match arguments:
        case ["stop", folder]:
            stop(Path(folder))
        case ["remove", folder]:
            remove(Path(folder))
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
