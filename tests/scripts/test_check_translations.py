from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts/check_translations.py"
WHOLE = 'msgid "Hello %(name)s"\nmsgstr "こんにちは %(name)sさん"\n'


@pytest.fixture
def checker() -> ModuleType:
    """A copy of the script of this test's own."""
    spec = importlib.util.spec_from_file_location("check_translations", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def package(tmp_path: Path, checker: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checker, "ROOT", tmp_path)
    folder = tmp_path / "app" / "hall"
    for inner in ("templates", "static", "locale/ja/LC_MESSAGES"):
        (folder / inner).mkdir(parents=True)
    (folder / "templates" / "page.html").write_text(
        '<p title="{{ _("Hello %(name)s", name=who) }}">{{ who }}</p>'
    )
    (folder / "locale/ja/LC_MESSAGES/messages.po").write_text(WHOLE)
    return folder


def problems(checker: ModuleType, package: Path) -> list[str]:
    return [
        *checker.catalogue_problems(package),
        *checker.template_problems(package),
        *checker.conflicts(),
        *checker.error_problems(),
    ]


def test_everything_that_is_shipped_is_whole(checker: ModuleType) -> None:
    assert [
        problem for package in checker.packages() for problem in checker.catalogue_problems(package)
    ] == []
    assert [problem for package in checker.packages() for problem in checker.template_problems(package)] == []
    assert [*checker.conflicts(), *checker.error_problems()] == []


def test_a_whole_package_has_no_problem(checker: ModuleType, package: Path) -> None:
    assert checker.packages() == [package]
    assert problems(checker, package) == []


@pytest.mark.parametrize(
    ("catalogue", "problem"),
    [
        ("", "app/hall/templates/page.html:1: no Japanese for 'Hello %(name)s'"),
        ('msgid "Hello %(name)s"\nmsgstr ""\n', "no Japanese for 'Hello %(name)s'"),
        (WHOLE + '\nmsgid "Gone"\nmsgstr "もうない"\n', "dead entry 'Gone'"),
        ("#, fuzzy\n" + WHOLE, "fuzzy entry 'Hello %(name)s'"),
        (WHOLE.replace("%(name)sさん", "%(nmae)sさん"), "do not have the same placeholders"),
        (WHOLE.replace(" %(name)sさん", ""), "do not have the same placeholders"),
    ],
)
def test_the_catalogue(checker: ModuleType, package: Path, catalogue: str, problem: str) -> None:
    (package / "locale/ja/LC_MESSAGES/messages.po").write_text(catalogue)
    (found,) = problems(checker, package)
    assert problem in found


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("<p>Good day</p>", "text outside of a message: 'Good day'"),
        ("<p>\n今日</p>", "other.html:1: text outside of a message: '今日'"),
        ('<input placeholder="Name">', "placeholder outside of a message: 'Name'"),
        ('<p style="color:red"></p>', "an inline style attribute"),
        ('<p onclick="x()"></p>', "an inline onclick attribute"),
        ('<p hx-on:click="x()"></p>', "an inline hx-on:click attribute"),
        ("<script>1</script>", "an inline <script>"),
        ("<style></style>", "an inline <style>"),
    ],
)
def test_templates(checker: ModuleType, package: Path, template: str, problem: str) -> None:
    (package / "templates" / "other.html").write_text(template)
    (found,) = problems(checker, package)
    assert problem in found


def test_text_in_a_script(checker: ModuleType, package: Path) -> None:
    (package / "static" / "hall.js").write_text("const a = 1;\nconst b = 'はい';\n")
    assert problems(checker, package) == [
        "app/hall/static/hall.js:2: Japanese in a script: it belongs in a message"
    ]


def test_an_id_that_is_not_english(checker: ModuleType, package: Path) -> None:
    (package / "routes.py").write_text('from x import translatable\nWORD = translatable("はい")\n')
    (package / "locale/ja/LC_MESSAGES/messages.po").write_text(WHOLE + '\nmsgid "はい"\nmsgstr "はい"\n')
    assert problems(checker, package) == ["app/hall/routes.py:2: the message id is not English: 'はい'"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('ja = "だめです"', "Wrong has no sentence in English"),
        ('en = "No"', "Wrong has no sentence in Japanese"),
        ('ja = "No"; en = "No"', "ja is not Japanese"),
        ('ja = "だめ"; en = "だめ"', "en is not English"),
        ('ja = "{most}台まで"; en = "At most {count}"', "its sentences do not name the same facts"),
    ],
)
def test_sentences_of_errors(checker: ModuleType, package: Path, body: str, problem: str) -> None:
    (package / "errors.py").write_text(f"class Wrong(Exception):\n    {body}\n")
    (found,) = problems(checker, package)
    assert problem in found


def test_the_same_id_says_the_same_everywhere(checker: ModuleType, package: Path, tmp_path: Path) -> None:
    other = tmp_path / "app" / "room"
    (other / "locale/ja/LC_MESSAGES").mkdir(parents=True)
    (other / "templates").mkdir()
    (other / "templates" / "page.html").write_text('{{ _("Hello %(name)s", name=who) }}')
    (other / "locale/ja/LC_MESSAGES/messages.po").write_text(WHOLE.replace("こんにちは", "やあ"))
    (found,) = problems(checker, package)
    assert "has another Japanese than in app/hall" in found


def test_update_keeps_what_is_translated_adds_what_is_new_and_drops_what_is_dead(
    checker: ModuleType, package: Path
) -> None:
    (package / "templates" / "other.html").write_text(
        '{{ _("New") }}{{ ngettext("%(count)s day", "%(count)s days", n) }}'
    )
    catalogue = package / "locale/ja/LC_MESSAGES/messages.po"
    catalogue.write_text(WHOLE + '\nmsgid "Gone"\nmsgstr "もうない"\n')
    checker.update(package)
    text = catalogue.read_text()
    assert "こんにちは" in text
    assert 'msgid "New"\nmsgstr ""' in text
    assert 'msgid_plural "%(count)s days"' in text
    assert "Gone" not in text
    assert len(problems(checker, package)) == 2
