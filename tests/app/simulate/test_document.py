"""YAML 1.2 read strictly, with lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.simulate.document import LARGEST_FILE_BYTES, Mapping, Scalar, Sequence, parse_document, read_document
from app.simulate.errors import MalformedScenario


def _scalar(text: str) -> Scalar:
    node = parse_document(f"value: {text}\n".encode(), "s.yaml")
    assert isinstance(node, Mapping)
    value = node.entries["value"].value
    assert isinstance(value, Scalar)
    return value


@pytest.mark.parametrize("text", ["true", "false"])
def test_true_and_false_are_booleans(text: str) -> None:
    assert _scalar(text).is_boolean


@pytest.mark.parametrize("text", ["yes", "no", "on", "off", "True", "FALSE", "y", '"true"', "'false'"])
def test_nothing_else_is_a_boolean(text: str) -> None:
    assert not _scalar(text).is_boolean


@pytest.mark.parametrize("text", ["2026-06-01", "2026-06-01T09:00", "09:00", "1:30:00", "2026-06"])
def test_what_looks_like_a_time_stays_text(text: str) -> None:
    scalar = _scalar(text)
    assert scalar.text == text
    assert not scalar.is_number


@pytest.mark.parametrize(("text", "kept"), [("045", "045"), ('"045"', "045"), ("03", "03"), ("0o17", "0o17")])
def test_an_area_code_keeps_its_zero(text: str, kept: str) -> None:
    assert _scalar(text).text == kept


@pytest.mark.parametrize("text", ["1", "-1", "+81", "0"])
def test_integers(text: str) -> None:
    assert _scalar(text).is_integer


@pytest.mark.parametrize("text", ["1.5", ".5", "0.25"])
def test_decimals(text: str) -> None:
    assert _scalar(text).is_number
    assert not _scalar(text).is_integer


@pytest.mark.parametrize("text", ['"1"', "0x10", "1e3", ".inf", ".nan", "1_000", "１"])
def test_what_is_no_number(text: str) -> None:
    assert not _scalar(text).is_number


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_nothing(text: str) -> None:
    assert _scalar(text).is_null


def test_a_quoted_null_is_a_text() -> None:
    assert not _scalar('"null"').is_null


def test_on_is_a_plain_key() -> None:
    node = parse_document(b"{on: true, y: 1, no: 2}", "s.yaml")
    assert isinstance(node, Mapping)
    assert list(node.entries) == ["on", "y", "no"]


def test_every_value_knows_its_line() -> None:
    node = parse_document(b"# remark\na:\n  - 1\n  - {b: 2,\n     c: 3}\n", "s.yaml")
    assert isinstance(node, Mapping)
    items = node.entries["a"].value
    assert isinstance(items, Sequence)
    inner = items.items[1]
    assert isinstance(inner, Mapping)
    assert (node.entries["a"].line, items.items[0].line, inner.line) == (2, 3, 4)
    assert inner.entries["c"].value.line == 5


def test_an_alias_is_what_it_stands_for() -> None:
    node = parse_document(b"a: &n '090'\nb: *n\n", "s.yaml")
    assert isinstance(node, Mapping)
    assert node.entries["b"].value == node.entries["a"].value


def test_a_byte_order_mark_is_no_content() -> None:
    assert isinstance(parse_document(b"\xef\xbb\xbfa: 1\n", "s.yaml"), Mapping)


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"a: 1\nb: 2\na: 3\n", "duplicate-key", 3),
        (b"- {a: 1, a: 2}\n", "duplicate-key", 1),
        (b"a: [1\n", "not-yaml", 2),
        (b"a: 1\n b: 2\n", "not-yaml", 2),
        (b"a: 1\nb:\tc: 1\n", "not-yaml", 2),
        (b"a: 1\n---\nb: 2\n", "not-yaml", 2),
        (b"a: *nowhere\n", "not-yaml", 1),
        (b'a: "open\n', "not-yaml", 2),
        (b"? [a, b]\n: 1\n", "not-yaml", 1),
        (b"a: 1\nb: \x01\n", "not-yaml", 2),
        (b"a: 1\nb: \xff\n", "not-utf8", 2),
        (b"[" * 30 + b"]" * 30, "too-deep", 1),
        (b"[" * 5000, "too-deep", 0),
        (b"a: &a [*a]\n", "too-deep", 1),
        (b"%YAML 9.9.9\n---\na: 1\n", "not-yaml", 1),
    ],
)
def test_what_is_malformed_names_its_line(content: bytes, code: str, line: int) -> None:
    with pytest.raises(MalformedScenario) as refused:
        parse_document(content, "s.yaml")
    assert (refused.value.code, refused.value.place.line) == (code, line)


def test_aliases_cannot_grow_without_end() -> None:
    lines = ["a: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"k{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(MalformedScenario) as refused:
        parse_document("\n".join(lines).encode(), "s.yaml")
    assert refused.value.code == "too-deep"


def test_a_file_that_is_too_large_is_not_read(tmp_path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (LARGEST_FILE_BYTES + 1))
    with pytest.raises(MalformedScenario) as refused:
        read_document(path)
    assert refused.value.code == "too-large"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    said = ["s.yaml"]
    try:
        parse_document(content, "s.yaml")
    except MalformedScenario as error:
        said = [error.sentence("en"), error.sentence("ja")]
    assert all(sentence.startswith("s.yaml") for sentence in said)


@given(st.text(alphabet=":-[]{}&*!|>'\"%@`#, \n\tab01", max_size=60))
def test_any_text_of_yaml_signs_is_read_or_refused(text: str) -> None:
    said = "s.yaml"
    try:
        parse_document(text.encode(), "s.yaml")
    except MalformedScenario as error:
        said = error.sentence("ja")
    assert said.startswith("s.yaml")
