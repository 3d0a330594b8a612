"""How accounts are confirmed, kept and entered: links, passkeys, second factors."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = (
    "mail_requests",
    "mailed_links",
    "passkeys",
    "recovery_codes",
    "second_factors",
    "sign_in_challenges",
)


def _create_links() -> None:
    op.create_table(
        "mailed_links",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('confirmation', 'invitation', 'password-reset', 'address-change', 'address-undo')",
            name=op.f("ck_mailed_links_purpose"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_mailed_links_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_mailed_links_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_mailed_links_digest")),
    )
    op.create_index("ix_mailed_links_account_id", "mailed_links", ["account_id", "purpose"])
    op.create_table(
        "mail_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("address_digest", sa.LargeBinary(), nullable=False),
        sa.Column("origin_digest", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_mail_requests_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_requests")),
    )
    op.create_index("ix_mail_requests_address", "mail_requests", ["operator_id", "address_digest", "at"])
    op.create_index("ix_mail_requests_at", "mail_requests", ["operator_id", "at"])
    op.create_index("ix_mail_requests_origin", "mail_requests", ["operator_id", "origin_digest", "at"])


def _create_keys() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("is_synced", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("sign_count >= 0", name=op.f("ck_passkeys_sign_count")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_passkeys_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_passkeys_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint(
            "operator_id", "credential_id", name=op.f("uq_passkeys_operator_id_credential_id")
        ),
    )
    op.create_index("ix_passkeys_account_id", "passkeys", ["account_id"])
    op.create_table(
        "sign_in_challenges",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(purpose = 'passkey-sign-in') OR (account_id IS NOT NULL)",
            name=op.f("ck_sign_in_challenges_account"),
        ),
        sa.CheckConstraint(
            "purpose IN ('passkey-registration', 'passkey-sign-in', 'second-factor')",
            name=op.f("ck_sign_in_challenges_purpose"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sign_in_challenges_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_sign_in_challenges_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_challenges")),
        sa.UniqueConstraint("digest", name=op.f("uq_sign_in_challenges_digest")),
    )
    op.create_index("ix_sign_in_challenges_until", "sign_in_challenges", ["operator_id", "until"])


def _create_second_factors() -> None:
    op.create_table(
        "second_factors",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_second_factors_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_second_factors_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_recovery_codes_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_recovery_codes_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("account_id", "digest", name=op.f("uq_recovery_codes_account_id_digest")),
    )


def _extend_accounts() -> None:
    """Whoever has an account has used it, or was given it by staff."""
    for column in ("password_set_at", "confirmed_at", "closed_at"):
        op.add_column("accounts", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE accounts SET password_set_at = created_at, confirmed_at = created_at")
    # Of several representatives of one company the latest stays; the others' accounts are a member's from now on.
    op.execute(
        """
        UPDATE accounts SET role = 'member' WHERE role = 'company-representative' AND EXISTS (
            SELECT FROM accounts later WHERE later.member_id = accounts.member_id
            AND later.role = 'company-representative' AND later.id > accounts.id
        )
        """
    )
    op.create_index(
        "uq_accounts_representative",
        "accounts",
        ["member_id"],
        unique=True,
        postgresql_where=sa.text("role = 'company-representative' AND closed_at IS NULL"),
    )
    op.add_column("tokens", sa.Column("factors", sa.SmallInteger(), nullable=True))
    op.add_column("tokens", sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE tokens SET factors = 1, shown_at = created_at")
    op.alter_column("tokens", "factors", nullable=False)
    op.alter_column("tokens", "shown_at", nullable=False)
    op.create_check_constraint(op.f("ck_tokens_factors"), "tokens", "factors IN (1, 2)")


def _separate_operators() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"""
            CREATE POLICY operators_own ON {table} TO rusuban_service
            USING (operator_id = nullif(current_setting('rusuban.operator_id', true), '')::integer)
            """
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO rusuban_service")


def upgrade() -> None:
    _create_links()
    _create_keys()
    _create_second_factors()
    _extend_accounts()
    _separate_operators()


def downgrade() -> None:
    op.drop_constraint(op.f("ck_tokens_factors"), "tokens")
    for column in ("shown_at", "factors"):
        op.drop_column("tokens", column)
    op.drop_index("uq_accounts_representative", table_name="accounts")
    for column in ("closed_at", "confirmed_at", "password_set_at"):
        op.drop_column("accounts", column)
    for table in reversed(TABLES):
        op.drop_table(table)
