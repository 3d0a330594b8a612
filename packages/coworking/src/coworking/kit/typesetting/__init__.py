"""Papers as PDF, set by typst with our own fonts only, so that every machine makes the same pages.

A template is a `.typ` file that reads its facts with `json(bytes(sys.inputs.facts))`. Facts are text to typst, never
markup: what a person put into a name cannot set type.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

FONTS = Path(__file__).parent / "fonts"
FONT_FAMILY = "Noto Sans JP"
LARGEST_FACTS = 4_000_000
"""Bytes of the facts of one paper."""

_one_at_a_time = Lock()


def typeset(template: Path, facts: Mapping[str, Any], *, written_at: datetime) -> bytes:
    """The PDF of a template with these facts (JSON values), dated `written_at`: the same facts give the same bytes.

    Raises ValueError for facts over LARGEST_FACTS, `typst.TypstError` for a template that cannot be set with them.
    """
    document = json.dumps(facts, ensure_ascii=False)
    if len(document.encode()) > LARGEST_FACTS:
        raise ValueError("a paper's facts are too many")
    with _one_at_a_time:  # a compiler keeps its caches, and serves one paper at a time
        pdf = _compiler().compile(
            input=template,
            root=template.parent,
            format="pdf",
            sys_inputs={"facts": document},
            timestamp=written_at.replace(microsecond=0),  # a PDF's dates have seconds
        )
    assert isinstance(pdf, bytes)
    return pdf


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    return typst.Compiler(font_paths=fonts, ignore_system_fonts=True)
