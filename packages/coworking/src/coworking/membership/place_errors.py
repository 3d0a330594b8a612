"""What people are told about the place and what it lends."""

from __future__ import annotations

from coworking.kit.errors import UserError


class ThingNotLent(UserError):
    code = "thing-not-lent"
    ja = "「{thing}」は貸し出していません。選べるもの: {allowed}"
    en = "“{thing}” is not lent here. You can choose: {allowed}"


class ThingReturned(UserError):
    code = "thing-returned"
    status = 409
    ja = "すでに返却されています。"
    en = "It was returned already."
