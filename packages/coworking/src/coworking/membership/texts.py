"""What staff write for members to read, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BilingualText:
    """Longer than the texts of a profile may be."""

    ja: str
    en: str

    def spoken(self, language: str) -> str:
        return self.ja if language == "ja" else self.en
