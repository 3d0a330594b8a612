"""Registrations of the address, certificates, exit cases, misuse, and the files that prove them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TABLES = (
    "address_certificates",
    "address_evidence",
    "address_misuses",
    "address_registrations",
    "exit_cases",
    "exit_items",
)


def _create_registrations() -> None:
    op.create_table(
        "address_registrations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("registered_name", sa.Text(), nullable=False),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by", sa.Text(), nullable=False),
        sa.Column("proof_due_on", sa.Date(), nullable=True),
        sa.Column("proof_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proven_on", sa.Date(), nullable=True),
        sa.Column("proven_by", sa.Text(), nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(proven_on IS NULL) = (proof IS NULL)", name=op.f("ck_address_registrations_proof")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_address_registrations_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_address_registrations_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_registrations")),
    )
    op.create_index(
        "uq_address_registrations_live",
        "address_registrations",
        ["member_id", "use"],
        unique=True,
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_index(
        "ix_address_registrations_operator_id", "address_registrations", ["operator_id", "id"], unique=False
    )
    op.create_table(
        "address_certificates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("registration_id", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_address_certificates_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_address_certificates_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["address_registrations.id"],
            name=op.f("fk_address_certificates_registration_id_address_registrations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_certificates")),
        sa.UniqueConstraint("operator_id", "code", name=op.f("uq_address_certificates_operator_id_code")),
    )
    op.create_index(
        "ix_address_certificates_member_id", "address_certificates", ["member_id", "id"], unique=False
    )


def _create_exit_cases() -> None:
    op.create_table(
        "exit_cases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("leaves_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reason IN ('leaving', 'ended', 'option-dropped')", name=op.f("ck_exit_cases_reason")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_exit_cases_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_exit_cases_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exit_cases")),
    )
    op.create_index("ix_exit_cases_operator_id", "exit_cases", ["operator_id", "id"], unique=False)
    op.create_index(
        "uq_exit_cases_open",
        "exit_cases",
        ["member_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "exit_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(done_on IS NULL) = (done_by IS NULL)", name=op.f("ck_exit_items_done")),
        sa.ForeignKeyConstraint(["case_id"], ["exit_cases.id"], name=op.f("fk_exit_items_case_id_exit_cases")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_exit_items_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exit_items")),
        sa.UniqueConstraint("case_id", "step", name=op.f("uq_exit_items_case_id_step")),
    )


def _create_misuses() -> None:
    op.create_table(
        "address_misuses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("where_found", sa.Text(), nullable=False),
        sa.Column("was_refused", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settlement", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_address_misuses_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_address_misuses_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_misuses")),
    )
    op.create_index("ix_address_misuses_operator_id", "address_misuses", ["operator_id", "id"], unique=False)


def _create_evidence() -> None:
    op.create_table(
        "address_evidence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("registration_id", sa.BigInteger(), nullable=True),
        sa.Column("exit_item_id", sa.BigInteger(), nullable=True),
        sa.Column("misuse_id", sa.BigInteger(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(registration_id, exit_item_id, misuse_id) = 1",
            name=op.f("ck_address_evidence_of_one"),
        ),
        sa.ForeignKeyConstraint(
            ["exit_item_id"], ["exit_items.id"], name=op.f("fk_address_evidence_exit_item_id_exit_items")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["sealed_files.id"], name=op.f("fk_address_evidence_file_id_sealed_files")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_address_evidence_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["misuse_id"], ["address_misuses.id"], name=op.f("fk_address_evidence_misuse_id_address_misuses")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_address_evidence_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["address_registrations.id"],
            name=op.f("fk_address_evidence_registration_id_address_registrations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_evidence")),
    )
    for column in ("registration_id", "exit_item_id", "misuse_id"):
        op.create_index(f"ix_address_evidence_{column}", "address_evidence", [column], unique=False)


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
    _create_registrations()
    _create_exit_cases()
    _create_misuses()
    _create_evidence()
    _separate_operators()


def downgrade() -> None:
    op.drop_table("address_evidence")
    op.drop_table("address_misuses")
    op.drop_table("exit_items")
    op.drop_table("exit_cases")
    op.drop_table("address_certificates")
    op.drop_table("address_registrations")
