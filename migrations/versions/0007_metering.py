"""Metering: what legs came to, held charges, caps, the carrier's own records and cases."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = (
    "billed_legs",
    "cap_events",
    "carrier_prices",
    "charge_holds",
    "member_caps",
    "reconciliation_cases",
    "reconciliations",
)
COLUMNS_OF_CALLS = ("counted_on", "call_class", "billed_seconds", "units", "amount", "is_held", "endings")


def upgrade() -> None:
    _widen_calls()
    _create_books()
    _create_comparison()
    _create_caps()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"""
            CREATE POLICY operators_own ON {table} TO rusuban_service
            USING (operator_id = nullif(current_setting('rusuban.operator_id', true), '')::integer)
            """
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO rusuban_service")
    _fill()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("ix_legs_started_at", table_name="legs")
    op.drop_index("ix_calls_counted_on", table_name="calls")
    for name in reversed(COLUMNS_OF_CALLS):
        op.drop_column("calls", name)


def _widen_calls() -> None:
    op.add_column("calls", sa.Column("counted_on", sa.Date(), nullable=True))
    op.add_column("calls", sa.Column("call_class", sa.Text(), nullable=True))
    op.add_column("calls", sa.Column("billed_seconds", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("calls", sa.Column("units", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("calls", sa.Column("amount", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("calls", sa.Column("is_held", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("calls", sa.Column("endings", postgresql.ARRAY(sa.Text()), nullable=True))
    # The defaults were for the rows that stood; new ones say what they are.
    for name in ("billed_seconds", "units", "amount", "is_held"):
        op.alter_column("calls", name, server_default=None)
    op.create_index("ix_calls_counted_on", "calls", ["operator_id", "counted_on"])
    op.create_index("ix_legs_started_at", "legs", ["operator_id", "started_at"])


def _create_books() -> None:
    op.create_table(
        "billed_legs",
        sa.Column("leg_sid", sa.Text(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.Text(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("line_plan", sa.Text(), nullable=False),
        sa.Column("call_class", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("free_units", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "free_units >= 0 AND free_units <= units", name=op.f("ck_billed_legs_free_units")
        ),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_billed_legs_seconds")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_billed_legs_line_id_lines")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_billed_legs_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_billed_legs_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("leg_sid", name=op.f("pk_billed_legs")),
    )
    op.create_index("ix_billed_legs_call_sid", "billed_legs", ["call_sid"])
    op.create_index("ix_billed_legs_member", "billed_legs", ["member_id", "counted_on"])
    op.create_index("ix_billed_legs_line", "billed_legs", ["line_id", "counted_on"])
    op.create_index("ix_billed_legs_day", "billed_legs", ["operator_id", "counted_on"])
    op.create_table(
        "charge_holds",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_charge_holds_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_charge_holds")),
    )


def _create_comparison() -> None:
    op.create_table(
        "carrier_prices",
        sa.Column("leg_sid", sa.Text(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(18, 6), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_carrier_prices_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_carrier_prices_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("leg_sid", name=op.f("pk_carrier_prices")),
    )
    op.create_index("ix_carrier_prices_month", "carrier_prices", ["operator_id", "month", "line_id"])
    op.create_table(
        "reconciliations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("days_left", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "days_left >= 0 AND days_left <= days", name=op.f("ck_reconciliations_days_left")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_reconciliations_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliations")),
    )
    op.create_index("uq_reconciliations_month", "reconciliations", ["operator_id", "month"], unique=True)
    op.create_table(
        "reconciliation_cases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("leg_sid", sa.Text(), nullable=False),
        sa.Column("call_sid", sa.Text(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ours", sa.Text(), nullable=True),
        sa.Column("carriers", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_reconciliation_cases_closed")
        ),
        sa.CheckConstraint(
            "kind IN ('missing', 'extra', 'duration', 'price')", name=op.f("ck_reconciliation_cases_kind")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["lines.id"], name=op.f("fk_reconciliation_cases_line_id_lines")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_reconciliation_cases_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_cases")),
    )
    op.create_index(
        "uq_reconciliation_cases_leg",
        "reconciliation_cases",
        ["operator_id", "month", "leg_sid", "kind"],
        unique=True,
    )


def _create_caps() -> None:
    op.create_table(
        "cap_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("cap", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.CheckConstraint("level IN ('warning', 'reached')", name=op.f("ck_cap_events_level")),
        sa.CheckConstraint(
            "what IN ('concurrent-calls', 'calls-per-minute', 'minutes-per-day', 'yen-per-day',"
            " 'own-yen-per-month')",
            name=op.f("ck_cap_events_what"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_cap_events_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cap_events")),
        sa.UniqueConstraint(
            "operator_id",
            "subject",
            "what",
            "level",
            "period",
            name=op.f("uq_cap_events_operator_id_subject_what_level_period"),
        ),
    )
    op.create_index(
        "ix_cap_events_barring",
        "cap_events",
        ["subject"],
        postgresql_where="level = 'reached' AND lifted_at IS NULL",
    )
    op.create_table(
        "member_caps",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("yen_per_month", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_member_caps_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_member_caps_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_member_caps")),
    )


def _fill() -> None:
    """What stands in the books already. Until now one leg of a call was billed at a time, by the reason of its
    charge."""
    op.execute(
        """
        INSERT INTO billed_legs (leg_sid, operator_id, call_sid, line_id, member_id, line_plan, call_class,
            answered_at, counted_on, seconds, units, free_units, amount, is_held)
        SELECT leg.leg_sid, charge.operator_id, leg.call_sid, leg.line_id, charge.member_id,
            charge.reason->>'line_plan', charge.reason->>'rate_class', leg.bridged_at, charge.service_on,
            (charge.reason->>'seconds')::integer, charge.quantity, 0, charge.amount, false
        FROM charges AS charge
        JOIN LATERAL (
            SELECT * FROM legs
            WHERE call_sid = substr(charge.key, 6) AND role = 'forward' AND seconds > 0 AND bridged_at IS NOT NULL
            ORDER BY bridged_at, leg_sid LIMIT 1
        ) AS leg ON true
        WHERE charge.key LIKE 'call:%' AND charge.reverses_id IS NULL AND charge.reason ? 'line_plan'
            AND NOT EXISTS (SELECT FROM charges AS later WHERE later.reverses_id = charge.id)
        """
    )
    op.execute(
        """
        UPDATE calls SET counted_on = bill.counted_on, call_class = bill.call_class,
            billed_seconds = bill.seconds, units = bill.units, amount = bill.amount
        FROM billed_legs AS bill WHERE bill.call_sid = calls.carrier_sid
        """
    )
    op.execute(
        """
        UPDATE calls SET counted_on = coalesce(counted_on,
                (coalesce(answered_at, started_at) AT TIME ZONE 'Asia/Tokyo')::date),
            endings = ARRAY(
                SELECT DISTINCT right(number, 4) FROM (
                    SELECT from_number AS number UNION SELECT to_number
                    UNION SELECT number FROM legs WHERE call_sid = carrier_sid
                ) AS numbers WHERE number LIKE '+%' ORDER BY 1)
        """
    )
