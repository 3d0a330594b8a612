from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from coworking.kit.web.static_files import LARGEST_FILE_BYTES, StaticFiles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "a.css").write_text("a{}")
    (tmp_path / "vendor" / "b.js").write_text("b()")
    return tmp_path


@pytest.fixture
def client(visit: Callable[..., Any]) -> Callable[[StaticFiles], Any]:
    return lambda static: visit(Starlette(routes=[static.route()]))


def test_a_file_may_be_kept_for_ever_under_the_address_with_its_hash(folder: Path, client: Any) -> None:
    static = StaticFiles([folder])
    answer = client(static).get(static.url("vendor/b.js"))
    assert answer.text == "b()"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    again = client(static).get(static.url("vendor/b.js"), headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_another_content_has_another_address_and_the_old_one_is_gone(folder: Path, client: Any) -> None:
    before = StaticFiles([folder]).url("a.css")
    (folder / "a.css").write_text("a{color:red}")
    static = StaticFiles([folder])
    assert static.url("a.css") != before
    assert client(static).get(before).status_code == 404


@pytest.mark.parametrize(
    "path", ["/static/0/nothing.css", "/static/0/../../pyproject.toml", "/static/0/%2e%2e/a.css"]
)
def test_nothing_else_is_served(folder: Path, path: str, client: Any) -> None:
    assert client(StaticFiles([folder])).get(path).status_code == 404


def test_a_name_that_occurs_twice_is_refused_at_the_start(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "a.css").write_text("")
    with pytest.raises(ValueError, match=r"two static files are called a\.css"):
        StaticFiles([folder, other])


def test_a_file_that_is_too_large_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "large.svg").write_bytes(b" " * (LARGEST_FILE_BYTES + 1))
    with pytest.raises(ValueError, match=r"large\.svg"):
        StaticFiles([tmp_path])


def test_a_template_that_names_no_file_is_a_defect(folder: Path) -> None:
    with pytest.raises(KeyError):
        StaticFiles([folder]).url("nothing.css")
