"""A REST request as its handlers see it, and the errors that answer it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from telephony.carrier.sandbox.resources import Json, page
from telephony.carrier.sandbox.store import Condition, Store

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 1_000
MAX_PAGE = 1_000_000
METHODS = ("GET", "POST")


class ApiError(Exception):
    """An error of Twilio's: HTTP status, its code (https://www.twilio.com/docs/api/errors) and a sentence."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def document(self) -> Json:
        return {
            "code": self.code,
            "message": str(self),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


@dataclass(frozen=True, slots=True)
class RestRequest:
    path: str
    parts: dict[str, str]
    query: dict[str, str]
    form: list[tuple[str, str]]

    def field(self, name: str) -> str | None:
        """The last value of a form field, None where it is missing."""
        return next((value for key, value in reversed(self.form) if key == name), None)

    def fields(self, name: str) -> list[str]:
        return [value for key, value in self.form if key == name]

    def url(self, name: str) -> str | None:
        value = self.field(name)
        if value and not value.startswith(("http://", "https://")):
            raise ApiError(400, 21205, f"{name} is not a valid URL: {value}")
        return value

    def method(self, name: str, default: str = "POST") -> str:
        value = (self.field(name) or default).upper()
        if value not in METHODS:
            raise ApiError(400, 21215, f"{name} must be GET or POST")
        return value

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        text = self.field(name)
        return _whole(name, text, default, least, most)

    @property
    def page(self) -> int:
        return _whole("Page", self.query.get("Page"), 0, 0, MAX_PAGE)

    @property
    def page_size(self) -> int:
        size = _whole("PageSize", self.query.get("PageSize"), DEFAULT_PAGE_SIZE, 1, 10**9)
        return min(size, MAX_PAGE_SIZE)

    def equal(self, columns: dict[str, str]) -> list[Condition]:
        """Conditions for the query's filters, by their names, on these columns."""
        return [
            Condition(f"{column} = ?", self.query[name])
            for name, column in columns.items()
            if self.query.get(name)
        ]

    def period(self, name: str, column: str) -> list[Condition]:
        """`Name` is the whole UTC day; `Name<` and `Name>` up to and from an instant, a bare date its midnight."""
        conditions = []
        if self.query.get(name):
            starts_at = _instant(name, self.query[name]).replace(hour=0, minute=0, second=0, microsecond=0)
            conditions = [
                Condition(f"{column} >= ?", _ms(starts_at)),
                Condition(f"{column} < ?", _ms(starts_at + timedelta(days=1))),
            ]
        for sign in "<>":
            text = self.query.get(name + sign)
            if text:
                conditions.append(Condition(f"{column} {sign}= ?", _ms(_instant(name, text))))
        return conditions

    def listed(self, store: Store, table: str, key: str, conditions: list[Condition], resource: Any) -> Json:
        """One page of a table; one row more than shown tells whether another page follows."""
        size = self.page_size
        rows = store.select(table, conditions, limit=size + 1, offset=self.page * size)
        return self.paged(key, [resource(row) for row in rows[:size]], more=len(rows) > size)

    def paged(self, key: str, items: list[Json], *, more: bool) -> Json:
        return page(
            key, items, path=self.path, query=self.query, number=self.page, size=self.page_size, more=more
        )


def not_found(request: RestRequest) -> ApiError:
    return ApiError(404, 20404, f"The requested resource {request.path} was not found")


def _whole(name: str, text: str | None, default: int, least: int, most: int) -> int:
    if text is None or text == "":
        return default
    if text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) <= most:
        return int(text)
    raise ApiError(400, 20001, f"{name} must be a whole number from {least} to {most}")


def _instant(name: str, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ApiError(400, 20001, f"{name} is no date: {text}") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1_000)
