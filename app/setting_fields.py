"""Every setting of a deployment: its type, what it allows, and its default. docs/settings.md lists them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.lock_settings import LockSettings, distinct_doors
from app.setting_words import Described, Secrecy
from coworking.kit.file_store import S3_URL_WORDS, BucketAddress
from coworking.kit.mailer import SMTP_URL_WORDS, MailRefused, mail_address, parse_smtp_url
from coworking.kit.profile_fields import Words
from coworking.kit.virus_check import SCANNER_WORDS, VirusScanner

MOST_OPERATORS = 100
MOST_LOCKS = 200  # of one operator
LONGEST_TEXT = 2000  # characters of any one setting

_DATABASE_SCHEMES = ("postgresql", "postgres")
_BROKER_SCHEMES = ("memory", "amqp", "amqps", "redis", "rediss")


def _no_truth_value(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a truth value is no number")
    return value


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("no web address")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("more than scheme, host and port")
    return text.rstrip("/")


def _document_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or not parts.path.strip("/"):
        raise ValueError("no address of a document")
    return text


def _database_address(text: str) -> str:
    if urlsplit(text).scheme.split("+")[0] not in _DATABASE_SCHEMES or "://" not in text:
        raise ValueError("no PostgreSQL address")
    return text


def _broker_address(text: str) -> str:
    if urlsplit(text).scheme not in _BROKER_SCHEMES or "://" not in text:
        raise ValueError("no broker address")
    return text


def _mailer(text: str) -> str:
    if text != "folder":
        parse_smtp_url(text)
    return text


def _file_store(text: str) -> str:
    if text != "folder":
        BucketAddress.parse(text)
    return text


def _virus_scanner(text: str) -> str:
    VirusScanner.parse(text)
    return text


def _sender(text: str) -> str:
    try:
        mail_address(text)
    except MailRefused as error:
        raise ValueError("no mail address") from error
    return text


def _numbers(least: int, most: int) -> Described:
    return Described(Words(f"{least}から{most}までの整数", f"a whole number from {least} to {most}"))


Whole = Annotated[int, BeforeValidator(_no_truth_value)]
Line = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT, pattern=r"^[^\x00-\x1f\x7f]+$")]

WEB_ADDRESS_WORDS = Words(
    "http:// または https:// で始まり、ホスト名とポートだけのアドレス（例 https://example.jp）",
    "an address of scheme, host and port only, such as https://example.jp",
)


class OperatorSettings(BaseModel):
    """One operator that this deployment serves. Without `carrier_base_url` it uses the sandbox carrier,
    without `stripe_secret_key` the sandbox for cards, without `locks` the sandbox lock on every door."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    profile: Annotated[
        Line,
        Described(
            Words(
                "同梱の設定の名前（例 nex）またはTOMLファイルのパス",
                "the name of a shipped profile such as nex, or the path of a TOML file",
            )
        ),
    ]
    carrier_account_sid: Annotated[
        str,
        Field(pattern=r"^AC[0-9a-f]{32}\z"),
        Described(Words("AC と16進32桁", "AC and 32 hexadecimal digits")),
    ] = ""
    carrier_auth_token: Annotated[
        Line,
        Field(repr=False, min_length=16),
        Described(Words("16文字以上の文字列", "a text of at least 16 characters"), Secrecy.WHOLE),
    ] = ""
    # Believed as well while the token is being changed.
    carrier_other_auth_token: (
        Annotated[
            Line,
            Field(min_length=16),
            Described(Words("16文字以上の文字列", "a text of at least 16 characters"), Secrecy.WHOLE),
        ]
        | None
    ) = Field(default=None, repr=False)
    carrier_base_url: Annotated[Line, AfterValidator(_web_address), Described(WEB_ADDRESS_WORDS)] | None = (
        None
    )

    stripe_secret_key: (
        Annotated[
            Line,
            Field(pattern=r"^(sk|rk)_(test|live)_[A-Za-z0-9]+\z"),
            Described(Words("sk_ または rk_ で始まる鍵", "a key that begins with sk_ or rk_"), Secrecy.WHOLE),
        ]
        | None
    ) = Field(default=None, repr=False)
    stripe_webhook_secret: (
        Annotated[
            Line,
            Field(pattern=r"^whsec_[A-Za-z0-9+/=]+\z"),
            Described(Words("whsec_ で始まる鍵", "a secret that begins with whsec_"), Secrecy.WHOLE),
        ]
        | None
    ) = Field(default=None, repr=False)

    locks: Annotated[
        tuple[LockSettings, ...],
        Field(repr=False, max_length=MOST_LOCKS),
        AfterValidator(distinct_doors),
        Described(
            Words(
                f"door の異なる{MOST_LOCKS}個までの表の配列",
                f"a list of up to {MOST_LOCKS} tables, each for another door",
            ),
            Secrecy.WHOLE,
        ),
    ] = ()

    @model_validator(mode="after")
    def _account_where_it_is_needed(self) -> OperatorSettings:
        if self.carrier_base_url is not None:
            for key in ("carrier_account_sid", "carrier_auth_token"):
                if not getattr(self, key):
                    raise PydanticCustomError("missing_key", "a real carrier needs an account", {"key": key})
        if self.stripe_secret_key is not None and self.stripe_webhook_secret is None:
            raise PydanticCustomError(
                "missing_key", "Stripe signs its messages", {"key": "stripe_webhook_secret"}
            )
        if self.stripe_webhook_secret is not None and self.stripe_secret_key is None:
            raise PydanticCustomError("missing_key", "Stripe needs a key", {"key": "stripe_secret_key"})
        return self


def _distinct_profiles(operators: tuple[OperatorSettings, ...]) -> tuple[OperatorSettings, ...]:
    if len({operator.profile for operator in operators}) != len(operators):
        raise ValueError("a profile twice")
    return operators


class Settings(BaseModel):
    """Everything that may differ between deployments. Made by `app.settings`; paths are absolute."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    var_dir: Annotated[Path, Described(Words("フォルダーのパス", "the path of a folder"))] = Path("var")
    host: Annotated[
        Line,
        Field(pattern=r"^[A-Za-z0-9.:-]+$"),
        Described(Words("ホスト名またはIPアドレス", "a host name or an IP address")),
    ] = "127.0.0.1"
    port: Annotated[Whole, Field(ge=1, le=65535), _numbers(1, 65535)] = 8000
    # Passkeys refuse an address of digits, so the default names the machine.
    public_url: Annotated[Line, AfterValidator(_web_address), Described(WEB_ADDRESS_WORDS)] = Field(
        default_factory=lambda known: f"http://localhost:{known['port']}"
    )
    voice_fallback_url: (
        Annotated[
            Line,
            AfterValidator(_document_address),
            Described(
                Words(
                    "https:// で始まるXML文書のアドレス",
                    "the https:// address of an XML document, such as"
                    " https://static.example.jp/fallback-voice.xml",
                )
            ),
        ]
        | None
    ) = None
    database_url: (
        Annotated[
            Line,
            AfterValidator(_database_address),
            Described(
                Words(
                    "postgresql://… のアドレス", "an address postgresql://[user:password@]host[:port]/name"
                ),
                Secrecy.PASSWORD,
            ),
        ]
        | None
    ) = Field(default=None, repr=False)
    broker_url: Annotated[
        Line,
        Field(repr=False),
        AfterValidator(_broker_address),
        Described(
            Words(
                "memory://、または amqp://・amqps://・redis://・rediss:// のアドレス",
                "memory://, or an address amqp://…, amqps://…, redis://… or rediss://…",
            ),
            Secrecy.PASSWORD,
        ),
    ] = "memory://"
    mailer: Annotated[
        Line,
        Field(repr=False),
        AfterValidator(_mailer),
        Described(
            Words(f"folder、または {SMTP_URL_WORDS}", f"folder, or {SMTP_URL_WORDS}"), Secrecy.PASSWORD
        ),
    ] = "folder"
    mail_sender: Annotated[
        Line, AfterValidator(_sender), Described(Words("メールアドレス", "a mail address"))
    ] = "rusuban@localhost"
    file_store: Annotated[
        Line,
        Field(repr=False),
        AfterValidator(_file_store),
        Described(Words(f"folder、または {S3_URL_WORDS}", f"folder, or {S3_URL_WORDS}"), Secrecy.PASSWORD),
    ] = "folder"
    virus_scanner: Annotated[
        Line, AfterValidator(_virus_scanner), Described(Words(SCANNER_WORDS, SCANNER_WORDS))
    ] = "off"
    text_reader: Annotated[
        Line,
        Described(
            Words("off、または tesseract の名前かパス", "off, or the name or path of tesseract"),
        ),
    ] = "tesseract"
    my_number_issuers: (
        Annotated[Path, Described(Words("PEMファイルのパス", "the path of a PEM file"))] | None
    ) = None
    my_number_revocations: (
        Annotated[Path, Described(Words("PEMファイルのパス", "the path of a PEM file"))] | None
    ) = None
    secret_key: Annotated[
        Line,
        Field(repr=False, min_length=32),
        Described(Words("32文字以上の文字列", "a text of at least 32 characters"), Secrecy.WHOLE),
    ] = ""
    field_keys: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[a-z0-9]{1,16}:[A-Za-z0-9+/]{43}=$")], ...],
        Field(repr=False, max_length=10),
        Described(
            Words(
                "「名前:32バイトのBase64」の配列（先頭の鍵で暗号化）",
                "a list of id:base64 of 32 bytes; the first one seals",
            ),
            Secrecy.WHOLE,
        ),
    ] = ()
    operators: Annotated[
        tuple[OperatorSettings, ...],
        Field(min_length=1, max_length=MOST_OPERATORS),
        AfterValidator(_distinct_profiles),
        Described(
            Words(
                f"profile の異なる1から{MOST_OPERATORS}個の表の配列（環境変数ではJSON）",
                f"a list of 1 to {MOST_OPERATORS} tables, each with another profile (JSON in a variable)",
            )
        ),
    ] = (OperatorSettings(profile="nex"),)
    log_format: Annotated[Literal["text", "json"], Described(Words("text または json", "text or json"))] = (
        "text"
    )
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Described(Words("debug、info、warning、error のいずれか", "one of debug, info, warning, error")),
    ] = "info"
    # The least that OWASP's password storage cheat sheet asks of argon2id; a sign-in costs some 30 ms.
    argon2_time_cost: Annotated[Whole, Field(ge=1, le=10), _numbers(1, 10)] = 2
    argon2_memory_kib: Annotated[Whole, Field(ge=1024, le=1_048_576), _numbers(1024, 1_048_576)] = 19_456
    argon2_parallelism: Annotated[Whole, Field(ge=1, le=16), _numbers(1, 16)] = 1
    token_days: Annotated[Whole, Field(ge=1, le=365), _numbers(1, 365)] = 30
    staff_second_factor_required: Annotated[bool, Described(Words("true または false", "true or false"))] = (
        False
    )
    # Under it caps decide, which count what a line costs; this only keeps a flood of one number from the others (R22).
    flood_calls_per_minute: Annotated[Whole, Field(ge=10, le=1_000_000), _numbers(10, 1_000_000)] = 1_200
    flood_calls_per_minute_in_all: Annotated[Whole, Field(ge=10, le=1_000_000), _numbers(10, 1_000_000)] = (
        30_000
    )
    # Over all operators, each of which has caps of its own in its profile; with one operator those are enough.
    system_calls_at_once: Annotated[Whole, Field(ge=1, le=1_000_000), _numbers(1, 1_000_000)] | None = None
    system_minutes_a_day: Annotated[Whole, Field(ge=1, le=100_000_000), _numbers(1, 100_000_000)] | None = (
        None
    )
    system_yen_a_day: Annotated[Whole, Field(ge=1, le=10_000_000_000), _numbers(1, 10_000_000_000)] | None = (
        None
    )
