"""`rusuban simulate`: its arguments and exit codes."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main


@pytest.fixture(autouse=True)
def logs_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command sets up the logs of its process, which here is that of all tests."""
    monkeypatch.setattr("coworking.kit.logs.configure_logging", lambda **_: None)


def test_a_malformed_scenario_exits_2_in_the_language_of_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("scenario: x\nstep: []\n", encoding="utf-8")
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    japanese = CliRunner().invoke(main, ["simulate", str(path)])
    assert japanese.exit_code == 2
    assert japanese.stderr.startswith(f"{path}:2: 「step」という項目はありません")
    english = CliRunner().invoke(main, ["simulate", "--language", "en", str(path)])
    assert english.stderr.startswith(f"{path}:2: unknown key “step”")


def test_files_must_be_named() -> None:
    result = CliRunner().invoke(main, ["simulate"])
    assert result.exit_code == 2
    assert "FILES" in result.output
