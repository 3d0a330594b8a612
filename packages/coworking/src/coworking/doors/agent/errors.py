"""What staff can get wrong with door computers."""

from __future__ import annotations

from coworking.kit.errors import UserError


class DoorUnknown(UserError):
    code = "door-unknown"
    ja = "そのドアはありません。使えるもの: {doors}"
    en = "There is no such door. Name one of: {doors}"


class AgentNameTaken(UserError):
    code = "door-agent-name-taken"
    status = 409
    ja = "その名前のドア端末はもうあります。別の名前を付けてください。"
    en = "A door computer has that name already. Choose another one."
