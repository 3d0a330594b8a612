"""What a field of a profile allows, in plain Japanese and English, read from the JSON schema of its model."""

from collections.abc import Iterable, Mapping
from typing import Any

from coworking.kit.profile_fields import NAME_WORDS, Words

Schema = Mapping[str, Any]
ARRAY_WORDS = Words("配列", "a list")
ANYTHING = Words("このファイルの説明どおりの値", "a value as the guide describes it")


class Shape:
    """The JSON schema of a profile's model, walked along the keys of a problem."""

    def __init__(self, schema: Schema) -> None:
        self._definitions: Mapping[str, Schema] = schema.get("$defs", {})
        self._root = schema

    def follow(self, location: Iterable[str | int]) -> tuple[tuple[str | int, ...], Schema | None]:
        """The key path without the tags that pydantic puts into it, and the schema there (None: none)."""
        key: tuple[str | int, ...] = ()
        schema: Schema | None = self._plain(self._root)
        for part in location:
            if part == "[key]":
                return key, None
            if schema is not None and "oneOf" in schema:
                chosen = schema["discriminator"]["mapping"].get(part)
                schema = self._plain({"$ref": chosen}) if chosen else None
                continue
            key = (*key, part)
            schema = None if schema is None else self._step(schema, part)
        return key, schema

    def _step(self, schema: Schema, part: str | int) -> Schema | None:
        if isinstance(part, int):
            inner = schema.get("items")
        else:
            inner = schema.get("properties", {}).get(part) or schema.get("additionalProperties")
        return self._plain(inner) if isinstance(inner, Mapping) else None

    def _plain(self, schema: Schema) -> Schema:
        """Without references and without the null of an optional field."""
        while True:
            if "$ref" in schema:
                schema = self._definitions[schema["$ref"].rsplit("/", 1)[1]]
            elif "anyOf" in schema:
                schema = next(choice for choice in schema["anyOf"] if choice.get("type") != "null")
            elif "allOf" in schema and len(schema["allOf"]) == 1:
                schema = schema["allOf"][0]
            else:
                return schema

    def keys_of(self, schema: Schema | None) -> tuple[str, ...]:
        """The keys that a table knows; empty where its keys are names of the operator's choosing."""
        return tuple((schema or {}).get("properties", {}))

    def kinds_of(self, schema: Schema | None) -> tuple[str, ...]:
        """The kinds that a table of several kinds can have."""
        return tuple((schema or {}).get("discriminator", {}).get("mapping", {}))

    def allowed_names(self, schema: Schema | None) -> Words:
        """What the keys of a table of named entries may be."""
        names = (schema or {}).get("propertyNames")
        return self.allowed(self._plain(names)) if names else NAME_WORDS

    def allowed(self, schema: Schema | None) -> Words:
        if schema is None:
            return ANYTHING
        if "allowed" in schema:
            return Words(*schema["allowed"])
        if "enum" in schema or "const" in schema:
            return one_of(schema.get("enum") or [schema["const"]])
        return self._by_type(schema)

    def _by_type(self, schema: Schema) -> Words:
        match schema.get("type", "oneOf" if "oneOf" in schema else None):
            case "integer":
                words = _whole_number(schema.get("minimum"), schema.get("maximum"))
            case "boolean":
                words = Words("true または false", "true or false")
            case "array":
                words = self._list(schema)
            case "object":
                words = self._table(schema)
            case "oneOf":
                kinds = one_of(self.kinds_of(schema))
                tag = schema.get("discriminator", {}).get("propertyName", "kind")
                words = Words(f"{tag} が {kinds.ja} の表", f"a table whose {tag} is {kinds.en}")
            case _:
                words = ANYTHING
        return words

    def _list(self, schema: Schema) -> Words:
        items = self.allowed(self._plain(schema.get("items", {})))
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        if not least and most is None:
            return Words(f"配列（各要素: {items.ja}）", f"a list, each element: {items.en}")
        return Words(
            f"{least}個以上{'' if most is None else f'{most}個以下'}の配列（各要素: {items.ja}）",
            f"a list of {least} {'or more' if most is None else f'to {most}'}, each element: {items.en}",
        )

    def _table(self, schema: Schema) -> Words:
        keys = ", ".join(self.keys_of(schema))
        if keys:
            return Words(f"キー {keys} を持つ表", f"a table with the keys {keys}")
        names = self.allowed_names(schema)
        some = Words("1つ以上の", "at least one entry, ") if schema.get("minProperties") else Words("", "")
        return Words(
            f"{some.ja}名前付きの表（名前: {names.ja}）",
            f"a table of named entries, {some.en}each name: {names.en}",
        )


def one_of(values: Iterable[object]) -> Words:
    quoted = [f'"{value}"' if isinstance(value, str) else str(value) for value in values]
    listed = ", ".join(quoted)
    return Words(listed, listed) if len(quoted) == 1 else Words(f"{listed} のいずれか", f"one of {listed}")


def _whole_number(least: int | None, most: int | None) -> Words:
    if least is not None and most is not None:
        return Words(f"{least}から{most}までの整数", f"a whole number from {least} to {most}")
    if least is not None:
        return Words(f"{least}以上の整数", f"a whole number of {least} or more")
    if most is not None:
        return Words(f"{most}以下の整数", f"a whole number of {most} or less")
    return Words("整数", "a whole number")
