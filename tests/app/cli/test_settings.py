from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.settings import settings


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without settings of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for variable in [name for name in os.environ if name.startswith("RUSUBAN_")]:
        monkeypatch.delenv(variable)
    return tmp_path


def check(*arguments: str, **environ: str) -> Result:
    return CliRunner().invoke(settings, ["check", *arguments], env=environ)


def test_every_value_is_printed_with_its_origin(directory: Path) -> None:
    (directory / "rusuban.toml").write_text("token_days = 7\n")
    result = check(RUSUBAN_PORT="8123", RUSUBAN_SECRET_KEY="k" * 32)
    assert result.exit_code == 0
    lines = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines()}
    assert lines["port"] == ["8123", "RUSUBAN_PORT"]
    assert lines["token_days"] == ["7", f"{directory}/rusuban.toml:1"]
    assert lines["public_url"] == ["http://localhost:8123", "default"]
    assert lines["secret_key"] == ["***", "RUSUBAN_SECRET_KEY"]
    assert lines["operators[0].profile"] == ["nex", "default"]
    assert not (directory / "var").exists()


@pytest.mark.parametrize(
    ("arguments", "locale", "sentence"),
    [
        ([], "C.UTF-8", "is not allowed; allowed: a whole number from 1 to 65535"),
        ([], "ja_JP.UTF-8", "使えない値です。使えるもの: 1から65535までの整数"),
        (["--language", "ja"], "en_GB.UTF-8", "使えない値です。使えるもの: 1から65535までの整数"),
    ],
)
def test_a_mistake_is_one_line_and_exit_1(
    directory: Path, arguments: list[str], locale: str, sentence: str
) -> None:
    result = check(*arguments, RUSUBAN_PORT="x", LC_ALL=locale)
    assert result.exit_code == 1
    assert result.stderr == f"RUSUBAN_PORT = x: {sentence}\n"
    assert result.stdout == ""
