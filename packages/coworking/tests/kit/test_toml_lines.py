import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coworking.kit.toml_lines import lines_of_keys

TEXT = r"""# a comment with [brackets] and key = "value"
top = 1
"quoted key" = 'it'

[a.b]
dotted.key = true   # [not.a.table]
long = '''
[fake]
key = "x" '''
list = [
  1,
  # a comment ] here
  { inner = "}", other = [2, 3] },
  'text',
]
when = 2026-04-01 10:00:00

[[rows]]
name = "first"
[rows.deep]
x = '''
y = 2
'''
[[rows]]
name = "second"
[rows.deep]
x = 2
"""


def test_every_key_has_the_line_it_is_written_on() -> None:
    lines = lines_of_keys(TEXT)
    numbered = {line: number for number, line in enumerate(TEXT.split("\n"), start=1)}

    assert tomllib.loads(TEXT)["rows"][1]["deep"]["x"] == 2
    assert lines[("top",)] == numbered["top = 1"]
    assert lines[("quoted key",)] == numbered["\"quoted key\" = 'it'"]
    assert lines[("a", "b", "dotted", "key")] == numbered["dotted.key = true   # [not.a.table]"]
    assert lines[("a", "b", "list", 1, "other", 1)] == numbered['  { inner = "}", other = [2, 3] },']
    assert lines[("a", "b", "list", 2)] == numbered["  'text',"]
    assert lines[("a", "b", "when")] == numbered["when = 2026-04-01 10:00:00"]
    assert lines[("rows", 0, "name")] == numbered['name = "first"']
    assert lines[("rows", 1, "name")] == numbered['name = "second"']
    assert lines[("rows", 0, "deep", "x")] == numbered["x = '''"]
    assert lines[("rows", 1, "deep", "x")] == numbered["x = 2"]
    assert ("fake",) not in lines
    assert ("y",) not in lines


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# only a comment", "a = 1", "a = 1\r\nb = 2\r\n", "[t]", "a = {}"]
)
def test_small_files(text: str) -> None:
    lines = lines_of_keys(text)
    assert all(tomllib.loads(text).get(key[0]) is not None for key in lines)
    assert lines.get(("b",), 2) == 2


SCALARS = st.one_of(
    st.integers().map(str),
    st.booleans().map(lambda value: str(value).lower()),
    st.text(st.characters(codec="ascii", min_codepoint=32, exclude_characters="'\x7f"), max_size=12).map(
        lambda value: f"'{value}'"
    ),
    st.sampled_from(
        ['"a\\"b#]"', '"""x\n"y" ]"""', "'''\n[z]\n'''", "2026-04-01", "10:00:00", "1.5", '""', "''"]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[\n" + ",\n# ]\n".join(items) + "]"),
        st.lists(inner, max_size=3).map(
            lambda items: "{ " + ", ".join(f"k{index} = {item}" for index, item in enumerate(items)) + " }"
        ),
    ),
    max_leaves=6,
)


@given(st.lists(VALUES, min_size=1, max_size=6))
def test_keys_stand_where_they_were_put_whatever_the_values_hold(values: list[str]) -> None:
    text = ""
    expected = {}
    for index, value in enumerate(values):
        expected[(f"key{index}",)] = text.count("\n") + 1
        text += f"key{index} = {value}\n"
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # a comment inside an inline table: not TOML 1.0
    lines = lines_of_keys(text)
    assert {key: line for key, line in lines.items() if len(key) == 1} == expected
