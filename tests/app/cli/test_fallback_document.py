from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from click.testing import CliRunner

from app.cli.fallback_document import fallback_document

SHIPPED = Path(__file__).parents[3] / "docs" / "fallback-voice.xml"


def test_it_is_printed_or_written_as_it_is_shipped_r05(tmp_path: Path) -> None:
    printed = CliRunner().invoke(fallback_document, [])
    file = tmp_path / "fallback-voice.xml"
    written = CliRunner().invoke(fallback_document, [str(file)])
    assert (printed.exit_code, written.exit_code) == (0, 0)
    assert printed.stdout_bytes.strip() == file.read_bytes() == SHIPPED.read_bytes()


def test_callers_hear_both_languages_and_the_call_ends() -> None:
    response = ET.parse(SHIPPED).getroot()
    assert [(verb.tag, verb.get("language")) for verb in response] == [
        ("Say", "ja-JP"),
        ("Say", "en-US"),
        ("Hangup", None),
    ]
