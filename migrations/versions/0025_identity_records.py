"""Identity records as a whole, their papers and letters, suspicious cases, sealed files."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLES = ("address_letters", "identity_papers", "sealed_files", "sealed_parts", "suspicious_reports")
COLUMNS = (
    ("status", sa.Text()),
    ("rule_version", sa.Text()),
    ("letter", sa.Text()),
    ("sealed_facts", sa.LargeBinary()),
    ("paper_expires_on", sa.Date()),
    ("entered_at", sa.DateTime(timezone=True)),
    ("checked_at", sa.DateTime(timezone=True)),
    ("checked_by", sa.Text()),
    ("approved_by", sa.Text()),
    ("refusal_reason", sa.Text()),
    ("repeat_on", sa.Date()),
    ("repeat_told_at", sa.DateTime(timezone=True)),
    ("expired_at", sa.DateTime(timezone=True)),
)


def _extend_records() -> None:
    """What is on record was confirmed."""
    for name, kind in COLUMNS:
        op.add_column("identity_records", sa.Column(name, kind, nullable=True))
    op.execute(
        "UPDATE identity_records SET status = 'approved', entered_at = verified_at, approved_by = recorded_by"
    )
    op.alter_column("identity_records", "status", nullable=False)
    op.alter_column("identity_records", "entered_at", nullable=False)
    op.alter_column("identity_records", "verified_at", nullable=True)
    op.create_check_constraint(
        op.f("ck_identity_records_status"),
        "identity_records",
        "status IN ('draft', 'checked', 'approved', 'refused', 'expired')",
    )
    op.create_check_constraint(
        op.f("ck_identity_records_verified"),
        "identity_records",
        "status NOT IN ('approved', 'expired') OR verified_at IS NOT NULL",
    )
    op.create_check_constraint(
        op.f("ck_identity_records_refusal"),
        "identity_records",
        "(status = 'refused') = (refusal_reason IS NOT NULL)",
    )
    op.create_index("ix_identity_records_status", "identity_records", ["operator_id", "status", "id"], unique=False)
    op.create_index(
        "uq_identity_records_open",
        "identity_records",
        ["member_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('draft', 'checked')"),
    )


def _create_files() -> None:
    op.create_table(
        "sealed_files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_sealed_files_size_bytes")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_sealed_files_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_files")),
    )
    op.create_table(
        "sealed_parts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["sealed_files.id"], name=op.f("fk_sealed_parts_file_id_sealed_files")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_sealed_parts_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_parts")),
        sa.UniqueConstraint("file_id", "position", name=op.f("uq_sealed_parts_file_id_position")),
    )


def _create_papers_and_letters() -> None:
    op.create_table(
        "identity_papers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["sealed_files.id"], name=op.f("fk_identity_papers_file_id_sealed_files")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_identity_papers_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["identity_records.id"], name=op.f("fk_identity_papers_record_id_identity_records")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_papers")),
    )
    op.create_index("ix_identity_papers_record_id", "identity_papers", ["record_id"], unique=False)
    op.create_table(
        "address_letters",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("usable_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_address_letters_tries")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_address_letters_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["identity_records.id"], name=op.f("fk_address_letters_record_id_identity_records")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_letters")),
    )
    op.create_index("ix_address_letters_record_id", "address_letters", ["record_id"], unique=False)


def _create_reports() -> None:
    op.create_table(
        "suspicious_reports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed_grounds", sa.LargeBinary(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "decision IN ('reported', 'not-reported')", name=op.f("ck_suspicious_reports_decision")
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_suspicious_reports_decided")
        ),
        sa.CheckConstraint(
            "(reported_on IS NOT NULL) = (decision IS NOT DISTINCT FROM 'reported')",
            name=op.f("ck_suspicious_reports_reported"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_suspicious_reports_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_suspicious_reports_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspicious_reports")),
    )
    op.create_index("ix_suspicious_reports_member_id", "suspicious_reports", ["member_id"], unique=False)


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
    _extend_records()
    _create_files()
    _create_papers_and_letters()
    _create_reports()
    _separate_operators()


def downgrade() -> None:
    op.drop_table("suspicious_reports")
    op.drop_table("address_letters")
    op.drop_table("identity_papers")
    op.drop_table("sealed_parts")
    op.drop_table("sealed_files")
    # Only what was confirmed had a place before.
    op.execute("DELETE FROM identity_records WHERE status <> 'approved'")
    op.drop_index("uq_identity_records_open", table_name="identity_records")
    op.drop_index("ix_identity_records_status", table_name="identity_records")
    for name in ("refusal", "verified", "status"):
        op.drop_constraint(op.f(f"ck_identity_records_{name}"), "identity_records", type_="check")
    op.alter_column("identity_records", "verified_at", nullable=False)
    for name, _ in COLUMNS:
        op.drop_column("identity_records", name)
