"""One uvicorn worker on a socket that the parent has bound: `python -m bench.serve MODULE:FACTORY FD`.

uvicorn's own `--fd` takes the socket for a Unix one and leaves TCP_NODELAY off, which costs 40 ms an answer.
"""

from __future__ import annotations

import socket
import sys

import uvicorn


def main(arguments: list[str]) -> None:
    factory, descriptor = arguments
    config = uvicorn.Config(factory, factory=True, access_log=False, log_level="warning")
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(descriptor))])


if __name__ == "__main__":
    main(sys.argv[1:])
