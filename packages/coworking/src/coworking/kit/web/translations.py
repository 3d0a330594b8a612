"""Message catalogues: checked in as .po, compiled in memory when the application starts."""

from __future__ import annotations

from collections.abc import Iterable
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from coworking.kit.errors import Language

LANGUAGES: tuple[Language, ...] = ("ja", "en")
SOURCE_LANGUAGE: Language = "en"  # message ids are English sentences
CATALOGUE_FILE = "LC_MESSAGES/messages.po"


def translatable(message: str) -> str:
    """Marks a message id that is looked up elsewhere (a table of words by state). Returns it unchanged."""
    return message


def load_catalogues(locale_folders: Iterable[Path]) -> dict[Language, NullTranslations]:
    """One catalogue per language, merged over all folders. A folder without a language's file adds nothing to it."""
    folders = list(locale_folders)
    return {language: _merged(language, folders) for language in LANGUAGES}


def _merged(language: Language, folders: list[Path]) -> NullTranslations:
    merged: Translations | None = None
    for folder in folders:
        file = folder / language / CATALOGUE_FILE
        if not file.exists():
            continue
        with file.open("rb") as opened:
            catalogue = read_po(opened, locale=language)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        translations = Translations(compiled)
        merged = translations if merged is None else merged.merge(translations)
    return merged or NullTranslations()
