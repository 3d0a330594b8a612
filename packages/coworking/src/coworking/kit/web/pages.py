"""Pages: the one template environment and what every page of every package needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from gettext import NullTranslations
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from coworking.kit.errors import Language, UserError, problem
from coworking.kit.web.cookies import read_cookie, set_cookie
from coworking.kit.web.form_tokens import TOKEN_FIELD, FormTokens, new_visit
from coworking.kit.web.language import LANGUAGE_COOKIE, LANGUAGE_PARAMETER, choose_language
from coworking.kit.web.reader import Reader, stopwatch
from coworking.kit.web.static_files import StaticFiles
from coworking.kit.web.translations import load_catalogues

VISIT_COOKIE = "visit"
LANGUAGE_KEPT_SECONDS = 365 * 24 * 3600
KIT_PREFIX = "kit"
JAPANESE_LETTER = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
JAPAN = ZoneInfo("Asia/Tokyo")


class Pages:
    """Renders templates for readers. Build one with `build_pages`; it holds no state of any reader."""

    def __init__(
        self,
        *,
        environment: Environment,
        static: StaticFiles,
        catalogues: Mapping[Language, NullTranslations],
        form_tokens: FormTokens,
        zone: ZoneInfo,
        https: bool,
    ) -> None:
        self.static = static
        self.https = https
        self._environment = environment
        self._catalogues = catalogues
        self._form_tokens = form_tokens
        self._zone = zone

    def reader(self, request: Request) -> Reader:
        language = choose_language(request)
        return Reader(language, self._zone, self._catalogues[language])

    def render(self, request: Request, template: str, *, status: int = 200, **facts: Any) -> HTMLResponse:
        """A page, or a part of one, for who asks. It is never cached: it shows a person's data.

        Side effects: sets the cookie of the visit when there is none, and of the language when `?lang=` chose it.
        """
        reader = self.reader(request)
        known_visit = read_cookie(request, VISIT_COOKIE, https=self.https)
        visit = known_visit or new_visit()
        html = self.html(
            template,
            reader,
            form_token=self._form_tokens.token(visit),
            other_language_url=_with_language(request, reader.other_language),
            **facts,
        )
        response = HTMLResponse(
            html, status, {"Cache-Control": "no-store", "Content-Language": reader.language}
        )
        if known_visit is None:
            set_cookie(response, VISIT_COOKIE, visit, https=self.https)
        if request.query_params.get(LANGUAGE_PARAMETER) == reader.language:
            set_cookie(
                response,
                LANGUAGE_COOKIE,
                reader.language,
                https=False,  # a preference: no need to pin its name to the host
                max_age_seconds=LANGUAGE_KEPT_SECONDS,
            )
        return response

    def html(self, template: str, reader: Reader, **facts: Any) -> str:
        """The template's text alone, for parts that travel in another answer."""
        return self._environment.get_template(template).render(
            _=reader.gettext,
            ngettext=reader.ngettext,
            pgettext=reader.pgettext,
            reader=reader,
            **facts,
        )

    def start_visit(self, response: Response) -> None:
        """A new visit from here on (a sign-in, a sign-out): form tokens of before no longer match."""
        set_cookie(response, VISIT_COOKIE, new_visit(), https=self.https)

    def form_token(self, request: Request) -> str | None:
        """A token for a page that is open already; None for a browser without a visit."""
        visit = read_cookie(request, VISIT_COOKIE, https=self.https)
        return self._form_tokens.token(visit) if visit else None

    def token_matches(self, request: Request, token: str) -> bool:
        return self._form_tokens.matches(token, read_cookie(request, VISIT_COOKIE, https=self.https))

    def refusal(self, request: Request, error: UserError) -> Response:
        """The error as a page for who reads pages, as problem details (RFC 9457) for scripts."""
        if "text/html" in request.headers.get("accept", ""):
            sentence = error.sentence(choose_language(request))
            response = self.render(request, "kit/refusal.html", status=error.status, sentence=sentence)
            response.headers.update(error.headers)
            return response
        return JSONResponse(
            problem(error, choose_language(request)),
            error.status,
            headers=error.headers,
            media_type="application/problem+json",
        )


def build_pages(packages: Iterable[str], *, secret: bytes, https: bool, zone: ZoneInfo = JAPAN) -> Pages:
    """Pages over the kit's own files and those of the named packages ("app.portal": templates "portal/…").

    `secret` signs form tokens. Raises ValueError at the start when two packages claim one name.
    """
    folders = {KIT_PREFIX: Path(__file__).parent}
    for package in packages:
        prefix = package.rpartition(".")[2]
        if prefix in folders:
            raise ValueError(f"two packages with pages are called {prefix}")
        folders[prefix] = _folder(package)
    static = StaticFiles(folder / "static" for folder in folders.values())
    environment = Environment(
        loader=PrefixLoader(
            {prefix: FileSystemLoader(folder / "templates") for prefix, folder in folders.items()}
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(
        static=static.url,
        icon=partial(_icon, static.url("icons.svg")),
        lang_mark=lang_mark,
        stopwatch=stopwatch,
        TOKEN_FIELD=TOKEN_FIELD,
    )
    return Pages(
        environment=environment,
        static=static,
        catalogues=load_catalogues(folder / "locale" for folder in folders.values()),
        form_tokens=FormTokens(secret),
        zone=zone,
        https=https,
    )


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"there is no package {package}")
    return Path(spec.submodule_search_locations[0])


def _with_language(request: Request, language: Language) -> str:
    query = {**request.query_params, LANGUAGE_PARAMETER: language}
    return f"{request.url.path}?{urlencode(query)}"


@pass_context
def lang_mark(context: Context, text: str) -> Markup:
    """` lang="ja"` for Japanese text on a page in another language, so that it is set and read aloud as Japanese."""
    foreign = context["reader"].language != "ja" and JAPANESE_LETTER.search(text)
    return Markup(' lang="ja"') if foreign else Markup()


def _icon(sprite_url: str, name: str) -> Markup:
    """An icon of the sprite beside a word; it says nothing of its own to who cannot see it."""
    return Markup(
        '<svg class="ic" viewBox="0 0 24 24" aria-hidden="true"><use href="{}#i-{}"/></svg>'
    ).format(sprite_url, name)
