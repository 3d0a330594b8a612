"""The names that the steps of a scenario give, known before anything is run."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class KnownNames:
    """Names that earlier steps gave, by the kind of thing; a repeated step gives `name.1` to `name.times`."""

    by_kind: dict[str, dict[str, tuple[int, int | None]]] = field(default_factory=dict)

    def has(self, kind: str, name: str) -> bool:
        given = self.by_kind.get(kind, {})
        if name in given:
            return given[name][1] is None
        base, _, position = name.rpartition(".")
        times = given[base][1] if base in given else None
        return times is not None and position.isascii() and position.isdigit() and 1 <= int(position) <= times

    def names(self, kind: str) -> list[str]:
        given = self.by_kind.get(kind, {})
        return [name if times is None else f"{name}.1 … {name}.{times}" for name, (_, times) in given.items()]

    def keep(self, kind: str, name: str, line: int, times: int | None) -> int | None:
        """The line that has given this name already, or None when it was free and is kept now."""
        given = self.by_kind.setdefault(kind, {})
        if name in given:
            return given[name][0]
        given[name] = (line, times)
        return None
