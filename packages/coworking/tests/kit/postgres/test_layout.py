from __future__ import annotations

from pathlib import Path

import pytest

from coworking.kit.postgres import EmbeddedServerError, claim_layout
from coworking.kit.postgres.errors import DataFolderBroken, DataFolderNewer
from coworking.kit.postgres.layout import write_layout


def test_a_new_folder_is_marked(tmp_path: Path) -> None:
    assert claim_layout(tmp_path / "var", 3) == 3
    assert (tmp_path / "var" / "VERSION").read_text(encoding="ascii") == "3\n"


def test_an_older_folder_keeps_its_number_until_it_was_changed(tmp_path: Path) -> None:
    write_layout(tmp_path, 2)
    assert claim_layout(tmp_path, 3) == 2
    assert claim_layout(tmp_path, 3) == 2
    write_layout(tmp_path, 3)
    assert claim_layout(tmp_path, 3) == 3


def test_a_newer_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    write_layout(tmp_path, 4)
    with pytest.raises(DataFolderNewer) as raised:
        claim_layout(tmp_path, 3)
    assert "(4; this is 3)" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_number_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "VERSION").write_text("three", encoding="ascii")
    with pytest.raises(DataFolderBroken):
        claim_layout(tmp_path, 3)


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(EmbeddedServerError) as raised:
        claim_layout(tmp_path / "file" / "var", 3)
    assert "\n" not in str(raised.value)
