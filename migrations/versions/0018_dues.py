"""From when members are charged, records of fees, uses that are paid as they come."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLES = ("fee_records", "first_charged_months", "uses")
APPEND_ONLY = ("fee_records", "uses")


def _create_tables() -> None:
    op.create_table(
        "first_charged_months",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_first_charged_months_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_first_charged_months_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_first_charged_months")),
    )
    op.create_table(
        "fee_records",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("service_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_fee_records_quantity")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_fee_records_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_fee_records_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_records")),
    )
    op.create_index("ix_fee_records_member_id", "fee_records", ["operator_id", "member_id", "id"])
    op.create_table(
        "uses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("free_minutes", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_uses_period")),
        sa.CheckConstraint("quantity >= 0 AND free_minutes >= 0", name=op.f("ck_uses_counts")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_uses_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_uses_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uses")),
    )
    op.create_index("ix_uses_member_id", "uses", ["operator_id", "member_id", "counted_on"])


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
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM rusuban_service")
        op.execute(
            f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change()
            """
        )


def upgrade() -> None:
    _create_tables()
    _separate_operators()
    op.add_column("registered_phones", sa.Column("left_among", sa.SmallInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("registered_phones", "left_among")
    op.drop_index("ix_uses_member_id", table_name="uses")
    op.drop_table("uses")
    op.drop_index("ix_fee_records_member_id", table_name="fee_records")
    op.drop_table("fee_records")
    op.drop_table("first_charged_months")
