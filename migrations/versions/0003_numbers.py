"""Numbers: reservation, porting, purchase, evidence; lines suspended, interrupted, transferred."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATES_BEFORE = ("available", "reserved", "assigned", "quarantined", "ported-out", "released")
STATES = (*STATES_BEFORE, "porting-in", "control", "releasing")
TABLES = (
    "prohibited_acts",
    "line_suspensions",
    "service_halts",
    "halted_lines",
    "zone_evidence",
    "number_searches",
    "number_purchases",
    "purchased_numbers",
)


def upgrade() -> None:
    _widen_numbers_and_lines()
    _create_line_records()
    _create_halts()
    _create_purchases()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"""
            CREATE POLICY operators_own ON {table} TO rusuban_service
            USING (operator_id = nullif(current_setting('rusuban.operator_id', true), '')::integer)
            """
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO rusuban_service")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("lines", "number_removal_confirmed_at")
    op.drop_column("lines", "is_priority")
    op.drop_index("ix_stock_numbers_reserved_for_member_id", table_name="stock_numbers")
    op.drop_constraint(op.f("ck_stock_numbers_reserved"), "stock_numbers")
    for name in ("ports_out_at", "ported_in_at", "reserved_until", "reserved_for_member_id"):
        op.drop_column("stock_numbers", name)
    op.drop_constraint(op.f("ck_stock_numbers_status"), "stock_numbers")
    # What the older service does not know is kept from being lent.
    op.execute("UPDATE stock_numbers SET status = 'reserved' WHERE status IN ('porting-in', 'control')")
    op.execute("UPDATE stock_numbers SET status = 'released' WHERE status = 'releasing'")
    op.create_check_constraint(
        op.f("ck_stock_numbers_status"), "stock_numbers", _one_of("status", STATES_BEFORE)
    )


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _widen_numbers_and_lines() -> None:
    op.drop_constraint(op.f("ck_stock_numbers_status"), "stock_numbers")
    op.create_check_constraint(op.f("ck_stock_numbers_status"), "stock_numbers", _one_of("status", STATES))
    op.add_column("stock_numbers", sa.Column("reserved_for_member_id", sa.BigInteger(), nullable=True))
    for name in ("reserved_until", "ported_in_at", "ports_out_at"):
        op.add_column("stock_numbers", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        op.f("fk_stock_numbers_reserved_for_member_id_members"),
        "stock_numbers",
        "members",
        ["reserved_for_member_id"],
        ["id"],
    )
    # Nothing reserved numbers until now; one that stands reserved all the same is free.
    op.execute("UPDATE stock_numbers SET status = 'available' WHERE status = 'reserved'")
    op.create_check_constraint(
        op.f("ck_stock_numbers_reserved"),
        "stock_numbers",
        "(status = 'reserved') = (reserved_for_member_id IS NOT NULL AND reserved_until IS NOT NULL)",
    )
    op.create_index(
        "ix_stock_numbers_reserved_for_member_id",
        "stock_numbers",
        ["reserved_for_member_id"],
        postgresql_where="status = 'reserved'",
    )
    op.add_column(
        "lines", sa.Column("is_priority", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.alter_column("lines", "is_priority", server_default=None)
    op.add_column(
        "lines", sa.Column("number_removal_confirmed_at", sa.DateTime(timezone=True), nullable=True)
    )


def _create_line_records() -> None:
    op.create_table(
        "prohibited_acts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_prohibited_acts_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_prohibited_acts_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prohibited_acts")),
    )
    op.create_index("ix_prohibited_acts_line_id", "prohibited_acts", ["line_id"])
    op.create_table(
        "line_suspensions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("prohibited_act_id", sa.BigInteger(), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suspended_by", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.CheckConstraint("lifted_at >= suspended_at", name=op.f("ck_line_suspensions_period")),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_line_suspensions_lifted")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_line_suspensions_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_line_suspensions_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["prohibited_act_id"],
            ["prohibited_acts.id"],
            name=op.f("fk_line_suspensions_prohibited_act_id_prohibited_acts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_suspensions")),
    )
    op.create_index(
        "uq_line_suspensions_open",
        "line_suspensions",
        ["line_id"],
        unique=True,
        postgresql_where="lifted_at IS NULL",
    )
    op.create_index("ix_line_suspensions_line_id", "line_suspensions", ["line_id"])
    op.create_index("ix_line_suspensions_prohibited_act_id", "line_suspensions", ["prohibited_act_id"])
    op.create_table(
        "zone_evidence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("base_address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('company-register', 'resident-record', 'lease', 'utility-bill', 'other')",
            name=op.f("ck_zone_evidence_kind"),
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_zone_evidence_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_zone_evidence_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_evidence")),
    )
    op.create_index(
        "ix_zone_evidence_member_id", "zone_evidence", ["member_id", "area_code", "valid_until"]
    )


def _create_halts() -> None:
    op.create_table(
        "service_halts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("covers_all", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_ja", sa.Text(), nullable=True),
        sa.Column("reason_en", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('interruption', 'restriction')", name=op.f("ck_service_halts_kind")),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_service_halts_period")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_service_halts_ended")),
        sa.CheckConstraint(
            "(kind = 'interruption') = (reason IS NOT NULL)", name=op.f("ck_service_halts_reason")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_service_halts_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_halts")),
    )
    op.create_index(
        "ix_service_halts_open", "service_halts", ["operator_id"], postgresql_where="ended_at IS NULL"
    )
    op.create_table(
        "halted_lines",
        sa.Column("halt_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["halt_id"], ["service_halts.id"], name=op.f("fk_halted_lines_halt_id_service_halts")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_halted_lines_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_halted_lines_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("halt_id", "line_id", name=op.f("pk_halted_lines")),
    )
    op.create_index("ix_halted_lines_line_id", "halted_lines", ["line_id"])


def _create_purchases() -> None:
    op.create_table(
        "number_searches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("numbers", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("status IN ('asked', 'found', 'failed')", name=op.f("ck_number_searches_status")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_number_searches_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_searches")),
        sa.UniqueConstraint("operator_id", "prefix", name=op.f("uq_number_searches_operator_id_prefix")),
    )
    op.create_table(
        "number_purchases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)", name=op.f("ck_number_purchases_approved")
        ),
        sa.CheckConstraint("approved_by <> asked_by", name=op.f("ck_number_purchases_four_eyes")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_number_purchases_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_purchases")),
    )
    op.create_table(
        "purchased_numbers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("purchase_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('asked', 'approved', 'bought', 'refused', 'unknown')",
            name=op.f("ck_purchased_numbers_status"),
        ),
        sa.CheckConstraint(
            "(status = 'refused') = (refusal IS NOT NULL)", name=op.f("ck_purchased_numbers_refusal")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_purchased_numbers_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["purchase_id"],
            ["number_purchases.id"],
            name=op.f("fk_purchased_numbers_purchase_id_number_purchases"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchased_numbers")),
    )
    op.create_index("ix_purchased_numbers_purchase_id", "purchased_numbers", ["purchase_id"])
    op.create_index(
        "uq_purchased_numbers_under_way",
        "purchased_numbers",
        ["operator_id", "number"],
        unique=True,
        postgresql_where="status IN ('asked', 'approved', 'unknown')",
    )
