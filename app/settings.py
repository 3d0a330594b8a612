"""What one deployment is told: on the command line, by the environment (`RUSUBAN_*`), by a TOML file.

The first of these that names a setting decides it; otherwise the default holds. The file is `rusuban.toml`
in the working directory, or the one that `RUSUBAN_SETTINGS` names. docs/settings.md lists all settings.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.generated_secrets import (
    FIELD_KEY_FILE,
    SANDBOX_ACCOUNTS_FILE,
    SECRET_KEY_FILE,
    UnusableSecretError,
    field_key,
    sandbox_account,
    secret_key,
)
from app.lock_settings import LockSettings
from app.setting_fields import OperatorSettings, Settings
from app.setting_words import (
    Described,
    Secrecy,
    SettingProblem,
    SettingsError,
    described,
    field_at,
    shown,
    shown_in_error,
)
from coworking.kit.profile import (
    MISSING,
    NOT_ALLOWED,
    UNKNOWN_KEY,
    Document,
    ProfileError,
    did_you_mean,
    dotted,
    read_document,
)
from coworking.kit.profile_fields import Words

__all__ = [
    "EffectiveSettings",
    "OperatorSettings",
    "Settings",
    "SettingsError",
    "load_settings",
    "read_settings",
]

PREFIX = "RUSUBAN_"
FILE_VARIABLE = "RUSUBAN_SETTINGS"
USUAL_FILE = "rusuban.toml"
# Variables of the test suite are not of the service.
FOREIGN_PREFIX = "RUSUBAN_TEST_"
DEFAULT = "default"
NOT_MADE_YET = "-"  # the first start generates it

NO_JSON = Words("JSONとして読めません", "is no JSON")


@dataclass(frozen=True, slots=True)
class EffectiveSettings:
    """Settings and where each came from: an option, a variable, `file:line`, a file of generated secrets, or
    `default`. Keys are dotted; an operator's are `operators[0].profile`.
    """

    settings: Settings
    origins: Mapping[str, str]

    def table(self) -> list[tuple[str, str, str]]:
        """Name, value without secrets, and origin of every setting."""
        rows: list[tuple[str, str, str]] = []
        for name, field in Settings.model_fields.items():
            value = getattr(self.settings, name)
            if name != "operators":
                rows.append(self._row(name, value, described(field)))
                continue
            for index, operator in enumerate(value):
                for key, inner in OperatorSettings.model_fields.items():
                    rows.append(
                        self._row(dotted((name, index, key)), getattr(operator, key), described(inner))
                    )
        return rows

    def _row(self, name: str, value: object, what: Described) -> tuple[str, str, str]:
        origin = self.origins[name]
        generated = Path(origin).name in (SECRET_KEY_FILE, FIELD_KEY_FILE, SANDBOX_ACCOUNTS_FILE)
        if generated and not Path(origin).exists():
            return name, NOT_MADE_YET, origin
        return name, shown(value, what.secrecy), origin


def load_settings(
    environ: Mapping[str, str] | None = None,
    directory: Path | None = None,
    options: Mapping[str, object] | None = None,
) -> Settings:
    """The settings to run with. Writes the generated secrets into `var_dir` when they are not there yet.

    `options` come from the command line, by setting; None means not given. `environ` and `directory` default
    to those of the process. Raises SettingsError with every problem.
    """
    return read_settings(environ, directory, options, keep_secrets=True).settings


def read_settings(
    environ: Mapping[str, str] | None = None,
    directory: Path | None = None,
    options: Mapping[str, object] | None = None,
    *,
    keep_secrets: bool = False,
) -> EffectiveSettings:
    """As `load_settings`, with origins. Without `keep_secrets` nothing is written to `var_dir`."""
    environ = os.environ if environ is None else environ
    directory = (Path.cwd() if directory is None else directory).absolute()
    sources = _Sources(environ, directory, options or {})
    try:
        settings = Settings.model_validate(sources.values)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
        within = {error["loc"][0] for error in errors if len(error["loc"]) > 1}
        found = [
            sources.problem(error)
            for error in errors
            # No mistakes of their own: a default that needs another setting, a list with a wrong element.
            if error["type"] != "default_factory_not_called"
            and not (error["loc"][0] in within and len(error["loc"]) == 1)
        ]
        raise SettingsError([*sources.problems, *found]) from None
    if sources.problems:
        raise SettingsError(sources.problems)
    settings = settings.model_copy(update={"var_dir": directory / settings.var_dir})
    return _with_secrets(settings, sources, keep=keep_secrets)


class _Sources:
    """The raw values of all sources, the first to name a setting wins, and where each stands."""

    def __init__(self, environ: Mapping[str, str], directory: Path, options: Mapping[str, object]) -> None:
        self.values: dict[str, Any] = {}
        self.problems: list[SettingProblem] = []
        self._places: dict[str, str] = {}
        self._document: Document | None = None
        self._take_file(environ.get(FILE_VARIABLE) or None, directory)
        self._take_environment(environ)
        for name, value in options.items():
            if value is not None:
                self.values[name] = value
                self._places[name] = f"--{name.replace('_', '-')}"

    def _take_file(self, named: str | None, directory: Path) -> None:
        path = directory / (named or USUAL_FILE)
        if named is None and not path.exists():
            return
        try:
            self._document = read_document(path)
        except ProfileError as broken:
            self.problems.extend(
                SettingProblem(f"{path}:{problem.line or 1}", "", problem.wrong)
                for problem in broken.problems
            )
            return
        self.values.update(self._document.values)

    def _take_environment(self, environ: Mapping[str, str]) -> None:
        """A variable that is set but empty counts as not set."""
        known = {PREFIX + name.upper(): name for name in Settings.model_fields}
        for variable in sorted(environ):
            text = environ[variable]
            if not variable.startswith(PREFIX) or variable.startswith(FOREIGN_PREFIX) or not text:
                continue
            if variable == FILE_VARIABLE:
                continue
            if variable not in known:
                hint = did_you_mean(variable, tuple(known))
                wrong = Words(f"知らない環境変数です{hint.ja}", f"is an unknown variable{hint.en}")
                self.problems.append(SettingProblem(variable, "", wrong))
                continue
            name = known[variable]
            self._places[name] = variable
            self.values[name] = text
            if name == "operators":
                try:
                    self.values[name] = json.loads(text)
                except (ValueError, RecursionError):  # its text is not shown: it holds tokens
                    del self.values[name]
                    allowed = described(Settings.model_fields[name]).allowed
                    self.problems.append(SettingProblem(variable, "", NO_JSON, allowed))

    def origin(self, key: tuple[str | int, ...]) -> str:
        """Where the value at a key comes from."""
        name = str(key[0])
        if name in self._places:
            return self._places[name]
        if self._document is None or name not in self.values:
            return DEFAULT
        return f"{self._document.file}:{self._document.line_of(key)}"

    def problem(self, error: ErrorDetails) -> SettingProblem:
        key = error["loc"]
        value: Any = error["input"]
        wrong = NOT_ALLOWED
        if error["type"] in ("missing", "missing_key"):
            key = (*key, error["ctx"]["key"]) if error["type"] == "missing_key" else key
            value, wrong = None, MISSING
        field = field_at(Settings, key)
        if field is None:
            known = _keys_beside(key)
            hint = did_you_mean(str(key[-1]), known)
            wrong = Words(UNKNOWN_KEY.ja + hint.ja, UNKNOWN_KEY.en + hint.en)
            listed = ", ".join(known)
            return SettingProblem(self._place(key), "", wrong, Words(listed, listed))
        what = described(field)
        # The list of operators as a whole holds tokens.
        secrecy = Secrecy.WHOLE if key[0] == "operators" and len(key) < 3 else what.secrecy
        text = "" if value is None else shown_in_error(value, secrecy)
        return SettingProblem(self._place(key), text, wrong, what.allowed)

    def _place(self, key: tuple[str | int, ...]) -> str:
        origin = self.origin(key)
        if str(key[0]) in self._places:
            return origin + dotted(key)[len(str(key[0])) :]
        return f"{origin}: {dotted(key)}"


def _keys_beside(key: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys of the table that this key stands in."""
    if len(key) == 1:
        return tuple(Settings.model_fields)
    return tuple((LockSettings if "locks" in key[:-1] else OperatorSettings).model_fields)


def _with_secrets(settings: Settings, sources: _Sources, *, keep: bool) -> EffectiveSettings:
    """What nobody set is generated: the key, and each sandbox operator's account."""
    origins = {name: sources.origin((name,)) for name in Settings.model_fields if name != "operators"}
    update: dict[str, Any] = {}
    try:
        if not settings.secret_key:
            update["secret_key"] = secret_key(settings.var_dir, keep=keep)
            origins["secret_key"] = str(settings.var_dir / SECRET_KEY_FILE)
        if not settings.field_keys:
            update["field_keys"] = (field_key(settings.var_dir, keep=keep),)
            origins["field_keys"] = str(settings.var_dir / FIELD_KEY_FILE)
        operators = [_with_account(operator, settings.var_dir, keep=keep) for operator in settings.operators]
    except UnusableSecretError as error:
        wrong = Words(error.reason_ja, error.reason_en)
        raise SettingsError([SettingProblem(str(error.path), "", wrong)]) from error
    for index, (given, effective) in enumerate(zip(settings.operators, operators, strict=True)):
        for name in OperatorSettings.model_fields:
            key = ("operators", index, name)
            if getattr(given, name) != getattr(effective, name):
                origins[dotted(key)] = str(settings.var_dir / SANDBOX_ACCOUNTS_FILE)
            else:
                origins[dotted(key)] = sources.origin(key) if name in given.model_fields_set else DEFAULT
    return EffectiveSettings(settings.model_copy(update={**update, "operators": tuple(operators)}), origins)


def _with_account(operator: OperatorSettings, var_dir: Path, *, keep: bool) -> OperatorSettings:
    if operator.carrier_account_sid and operator.carrier_auth_token:
        return operator
    account = sandbox_account(var_dir, operator.profile, keep=keep)
    return operator.model_copy(
        update={
            "carrier_account_sid": operator.carrier_account_sid or account.account_sid,
            "carrier_auth_token": operator.carrier_auth_token or account.auth_token,
        }
    )
