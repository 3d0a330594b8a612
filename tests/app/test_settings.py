from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.lock_settings import LockSettings
from app.setting_fields import OperatorSettings, Settings
from app.settings import EffectiveSettings, SettingsError, load_settings, read_settings

PASSWORD = "k0kuhi-canary"
DOCUMENTATION = Path(__file__).parents[2] / "docs" / "settings.md"


def read(directory: Path, toml: str = "", **environ: str) -> EffectiveSettings:
    if toml:
        (directory / "rusuban.toml").write_text(toml, encoding="utf-8")
    return read_settings(environ, directory)


def problems(directory: Path, toml: str = "", *, language: str = "en", **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        read(directory, toml, **environ)
    lines = refused.value.lines(language)
    assert all("\n" not in line for line in lines)
    return [line.replace(f"{directory}/", "") for line in lines]


# Where values come from


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    settings = read(tmp_path).settings
    assert settings.var_dir == tmp_path / "var"
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8000, "http://localhost:8000")
    assert (settings.database_url, settings.broker_url, settings.mailer) == (None, "memory://", "folder")
    [operator] = settings.operators
    assert (operator.profile, operator.carrier_base_url) == ("nex", None)


def test_the_environment_wins_over_the_file_and_an_option_over_both(tmp_path: Path) -> None:
    (tmp_path / "rusuban.toml").write_text('port = 1\nhost = "::1"\nlog_level = "debug"\n')
    environ = {"RUSUBAN_PORT": "2", "RUSUBAN_HOST": "0.0.0.0"}
    effective = read_settings(environ, tmp_path, {"port": 3, "host": None})
    assert (effective.settings.port, effective.settings.host, effective.settings.log_level) == (
        3,
        "0.0.0.0",
        "debug",
    )
    assert effective.origins["port"] == "--port"
    assert effective.origins["host"] == "RUSUBAN_HOST"
    assert effective.origins["log_level"] == f"{tmp_path}/rusuban.toml:3"
    assert effective.origins["token_days"] == "default"


def test_the_public_address_follows_the_port(tmp_path: Path) -> None:
    assert read(tmp_path, RUSUBAN_PORT="8123").settings.public_url == "http://localhost:8123"


def test_another_file_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("token_days = 7\n")
    assert read(tmp_path, RUSUBAN_SETTINGS="other.toml").settings.token_days == 7


def test_an_empty_variable_is_not_set(tmp_path: Path) -> None:
    assert read(tmp_path, "port = 1\n", RUSUBAN_PORT="", RUSUBAN_SETTINGS="").settings.port == 1


def test_variables_of_the_tests_and_of_others_do_not_count(tmp_path: Path) -> None:
    read(tmp_path, RUSUBAN_TEST_DATABASE_URL="x", PATH="/bin", RUSUBANX="1")


def test_operators_from_both_sources(tmp_path: Path) -> None:
    account = {"carrier_account_sid": f"AC{'a' * 32}", "carrier_auth_token": "t" * 32}
    listed = [
        {"profile": "nex"},
        {"profile": "own.toml", "carrier_base_url": "https://api.twilio.com", **account},
    ]
    from_environment = read(tmp_path, RUSUBAN_OPERATORS=json.dumps(listed)).settings
    toml = '[[operators]]\nprofile = "nex"\n[[operators]]\nprofile = "own.toml"\n' + "".join(
        f'{key} = "{value}"\n' for key, value in listed[1].items() if key != "profile"
    )
    from_file = read(tmp_path, toml)
    assert from_file.settings.operators[1] == from_environment.operators[1]
    assert from_file.origins["operators[1].carrier_base_url"] == f"{tmp_path}/rusuban.toml:5"
    assert from_file.origins["operators[0].carrier_base_url"] == "default"


# What is wrong


@pytest.mark.parametrize(
    ("variable", "value", "shown"),
    [
        (
            "RUSUBAN_PORT",
            "99999",
            "RUSUBAN_PORT = 99999: is not allowed; allowed: a whole number from 1 to 65535",
        ),
        ("RUSUBAN_PORT", "0", "RUSUBAN_PORT = 0: is not allowed"),
        ("RUSUBAN_PORT", "80 80", "RUSUBAN_PORT = 80 80: is not allowed"),
        ("RUSUBAN_PORT", "8\n0", r"RUSUBAN_PORT = 8\n0: is not allowed"),
        ("RUSUBAN_HOST", "a b", "RUSUBAN_HOST = a b: is not allowed"),
        ("RUSUBAN_PUBLIC_URL", "example.jp", "RUSUBAN_PUBLIC_URL = example.jp: is not allowed"),
        ("RUSUBAN_PUBLIC_URL", "https://x/y", "RUSUBAN_PUBLIC_URL = https://x/y: is not allowed"),
        ("RUSUBAN_PUBLIC_URL", "https://[x", "RUSUBAN_PUBLIC_URL = https://[x: is not allowed"),
        ("RUSUBAN_LOG_LEVEL", "loud", "RUSUBAN_LOG_LEVEL = loud: is not allowed; allowed: one of debug,"),
        (
            "RUSUBAN_MAIL_SENDER",
            "nobody",
            "RUSUBAN_MAIL_SENDER = nobody: is not allowed; allowed: a mail address",
        ),
        (
            "RUSUBAN_BROKER_URL",
            "sqs://x",
            "RUSUBAN_BROKER_URL = sqs://***: is not allowed; allowed: memory://",
        ),
        ("RUSUBAN_DATABASE_URL", "mysql://x", "RUSUBAN_DATABASE_URL = mysql://***: is not allowed"),
        ("RUSUBAN_MAILER", "pigeon", "RUSUBAN_MAILER = ***: is not allowed; allowed: folder, or smtp://"),
        ("RUSUBAN_SECRET_KEY", "short", "RUSUBAN_SECRET_KEY = ***: is not allowed"),
        ("RUSUBAN_OPERATORS", "nex", "RUSUBAN_OPERATORS: is no JSON; allowed: a list of 1 to 100 tables"),
        ("RUSUBAN_OPERATORS", "[]", "RUSUBAN_OPERATORS: is not allowed"),
        (
            "RUSUBAN_OPERATORS",
            '[{"profile": "a"}, {"profile": "a"}]',
            "RUSUBAN_OPERATORS = ***: is not allowed",
        ),
        (
            "RUSUBAN_OPERATORS",
            "[{}]",
            "RUSUBAN_OPERATORS[0].profile: is missing; allowed: the name of a shipped",
        ),
        ("RUSUBAN_PROT", "1", "RUSUBAN_PROT: is an unknown variable (did you mean RUSUBAN_PORT?)"),
    ],
)
def test_a_wrong_variable_is_named(tmp_path: Path, variable: str, value: str, shown: str) -> None:
    [line] = problems(tmp_path, **{variable: value})
    assert line.startswith(shown)


@pytest.mark.parametrize(
    ("toml", "shown"),
    [
        ("\nport = 0\n", "rusuban.toml:2: port = 0: is not allowed; allowed: a whole number from 1 to 65535"),
        ("port = true\n", "rusuban.toml:1: port = true: is not allowed"),
        ("port = 8000.5\n", "rusuban.toml:1: port = 8000.5: is not allowed"),
        ("port = []\n", "rusuban.toml:1: port = []: is not allowed"),
        (
            "prot = 1\n",
            "rusuban.toml:1: prot: is an unknown key (did you mean port?); allowed: var_dir, host",
        ),
        ("port = \n", "rusuban.toml:1: not valid TOML: Invalid value"),
        (
            '[[operators]]\nprofile = "nex"\nsid = "x"\n',
            "rusuban.toml:3: operators[0].sid: is an unknown key",
        ),
        ('[operators]\nprofile = "nex"\n', "rusuban.toml:1: operators = ***: is not allowed"),
        (
            '[[operators]]\nprofile = "nex"\ncarrier_base_url = "https://api.twilio.com"\n',
            "rusuban.toml:1: operators[0].carrier_account_sid: is missing; allowed: AC and 32 hexadecimal digits",
        ),
    ],
)
def test_a_wrong_line_of_the_file_is_named(tmp_path: Path, toml: str, shown: str) -> None:
    [line] = problems(tmp_path, toml)
    assert line.startswith(shown)


def test_all_mistakes_are_told_at_once_in_both_languages(tmp_path: Path) -> None:
    wrong = {"RUSUBAN_TOKEN_DAYS": "0", "RUSUBAN_HOTS": "x"}
    toml = 'port = "x"\nlog_format = "xml"\n'
    assert len(problems(tmp_path, toml, **wrong)) == 4
    assert "RUSUBAN_TOKEN_DAYS = 0: 使えない値です。使えるもの: 1から365までの整数" in problems(
        tmp_path, toml, language="ja", **wrong
    )


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    [line] = problems(tmp_path, RUSUBAN_SETTINGS="none.toml")
    assert line.startswith("none.toml:1: the file cannot be read: No such file")


# Secrets


@pytest.mark.parametrize(
    "environ",
    [
        {"RUSUBAN_SECRET_KEY": PASSWORD},
        {"RUSUBAN_DATABASE_URL": f"postgres//user:{PASSWORD}@host/x"},
        {"RUSUBAN_DATABASE_URL": f"host=db password={PASSWORD}"},
        {"RUSUBAN_BROKER_URL": f"redis:/:{PASSWORD}@host"},
        {"RUSUBAN_MAILER": f"smtp://user:{PASSWORD}@host:port"},
        {"RUSUBAN_OPERATORS": f'[{{"profile": "nex", "carrier_auth_token": "{PASSWORD}"'},
        {"RUSUBAN_OPERATORS": f'{{"profile": "nex", "carrier_auth_token": "{PASSWORD}"}}'},
        {"RUSUBAN_OPERATORS": f'["{PASSWORD}"]'},
        {"RUSUBAN_OPERATORS": f'[{{"profile": "nex", "carrier_auth_token": ["{PASSWORD}"]}}]'},
    ],
)
def test_no_error_shows_a_secret(tmp_path: Path, environ: dict[str, str]) -> None:
    assert PASSWORD not in "".join(problems(tmp_path, **environ))


def test_neither_the_table_nor_repr_shows_a_secret(tmp_path: Path) -> None:
    key = f"{PASSWORD}-{'x' * 32}"
    effective = read(
        tmp_path,
        RUSUBAN_SECRET_KEY=key,
        RUSUBAN_DATABASE_URL=f"postgresql://user:{PASSWORD}@db.example.jp:5432/rusuban?sslpassword={PASSWORD}",
        RUSUBAN_BROKER_URL=f"redis://:{PASSWORD}@redis.example.jp",
        RUSUBAN_MAILER=f"smtp://user:{PASSWORD}@mail.example.jp:587",
        RUSUBAN_OPERATORS=json.dumps([{"profile": "nex", "carrier_auth_token": key}]),
    )
    assert effective.settings.secret_key == key
    shown = {name: value for name, value, _ in effective.table()}
    assert PASSWORD not in str(shown) + repr(effective) + str(effective.settings)
    assert shown["database_url"].startswith("postgresql://user:***@db.example.jp:5432/rusuban")
    assert shown["broker_url"] == "redis://:***@redis.example.jp"
    assert shown["mailer"] == "smtp://user:***@mail.example.jp:587"


def test_secrets_are_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    first = load_settings({}, tmp_path)
    assert load_settings({}, tmp_path) == first
    assert len(first.secret_key) == 64
    assert first.operators[0].carrier_account_sid.startswith("AC")
    for file in ("secret.key", "field.key", "sandbox-accounts.json"):
        assert stat.S_IMODE((tmp_path / "var" / file).stat().st_mode) == 0o600
    assert sorted(path.name for path in (tmp_path / "var").iterdir()) == [
        "field.key",
        "sandbox-accounts.json",
        "secret.key",
    ]


def test_another_operator_gets_another_account(tmp_path: Path) -> None:
    first = load_settings({}, tmp_path).operators[0]
    both = load_settings(
        {"RUSUBAN_OPERATORS": '[{"profile": "other"}, {"profile": "nex"}]'}, tmp_path
    ).operators
    assert both[1] == first
    assert both[0].carrier_account_sid != first.carrier_account_sid


def test_reading_alone_writes_nothing(tmp_path: Path) -> None:
    table = read(tmp_path).table()
    assert not (tmp_path / "var").exists()
    assert ("secret_key", "-", f"{tmp_path}/var/secret.key") in table


def test_programs_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    account = json.dumps(
        [{"profile": "nex", "carrier_account_sid": f"AC{'a' * 32}", "carrier_auth_token": "t" * 16}]
    )
    with ThreadPoolExecutor(8) as pool:
        keys = list(
            pool.map(lambda _: load_settings({"RUSUBAN_OPERATORS": account}, tmp_path).secret_key, range(32))
        )
    assert len(set(keys)) == 1


@pytest.mark.parametrize("file", ["secret.key", "sandbox-accounts.json"])
@pytest.mark.parametrize(
    "content", [b"", b"short", b"\xff\xfe", b'{"nex": {}}', b'{"nex": {"account_sid": 1}}']
)
def test_a_damaged_file_of_secrets_is_kept_and_named(tmp_path: Path, file: str, content: bytes) -> None:
    path = tmp_path / "var" / file
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(SettingsError) as refused:
        load_settings({}, tmp_path)
    [line] = refused.value.lines()
    assert line.startswith(f"{path}: ")
    assert path.read_bytes() == content


def test_a_var_folder_that_is_a_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    with pytest.raises(SettingsError) as refused:
        load_settings({}, tmp_path)
    assert len(refused.value.lines()) == 1


# The documentation


def test_every_setting_is_documented() -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    for name in Settings.model_fields:
        assert f"| `{name}` | `RUSUBAN_{name.upper()}` |" in text
    for name in OperatorSettings.model_fields:
        assert f"| `{name}` |" in text
    for name in LockSettings.model_fields:
        assert f"`{name}`" in text.partition("### A lock")[2]


# Locks

LOCKS = """
[[operators]]
profile = "sakura"
[[operators.locks]]
door = "entrance"
kind = "sesame"
reference = "126D3D66-9222-4E5A-BCDE-0C6629D48D43"
"""


def test_a_lock_says_which_of_its_keys_are_wrong_and_shows_no_secret(tmp_path: Path) -> None:
    whole = LOCKS + f'api_key = "{PASSWORD}"\ndevice_key = "000102030405060708090a0b0c0d0e0f"\n'
    effective = read(tmp_path, whole)
    [lock] = effective.settings.operators[0].locks
    assert (lock.door, lock.kind, lock.api_key) == ("entrance", "sesame", PASSWORD)
    assert PASSWORD not in repr(effective.settings) + repr(effective.table())

    wrong = LOCKS + f'api_key = "{PASSWORD}"\ndevice_key = "{PASSWORD}"\nprefix = "x"\n'
    told = "\n".join(problems(tmp_path, wrong))
    assert PASSWORD not in told
    assert "operators[0].locks[0].device_key" in told
    assert "topic_prefix" in told
    [missing] = problems(tmp_path, LOCKS + f'api_key = "{PASSWORD}"\n')
    assert "device_key" in missing
    [twice] = problems(tmp_path, whole + whole.partition('"sakura"')[2])
    assert "each for another door" in twice
    assert PASSWORD not in twice
