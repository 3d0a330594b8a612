"""Doors: cards, QRs that were used, visits and what happened, car-park vouchers."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = (
    "access_cards",
    "arrivals",
    "door_events",
    "door_visits",
    "parking_vouchers",
    "qr_revocations",
    "used_qrs",
)
APPEND_ONLY = ("arrivals", "door_events", "parking_vouchers")


def _create_tables() -> None:
    op.create_table(
        "access_cards",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaces_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "end_reason IN ('ok', 'broken', 'lost', 'revoked')", name=op.f("ck_access_cards_end_reason")
        ),
        sa.CheckConstraint("kind IN ('ic-card', 'drop-in-card')", name=op.f("ck_access_cards_kind")),
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name=op.f("ck_access_cards_ended")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_access_cards_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_access_cards_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["access_cards.id"], name=op.f("fk_access_cards_replaces_id_access_cards")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_cards")),
    )
    op.create_index("ix_access_cards_member_id", "access_cards", ["member_id", "id"], unique=False)
    op.create_index(
        "uq_access_cards_digest",
        "access_cards",
        ["operator_id", "digest"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "used_qrs",
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_used_qrs_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("operator_id", "nonce", name=op.f("pk_used_qrs")),
    )
    op.create_index("ix_used_qrs_expires_at", "used_qrs", ["operator_id", "expires_at"], unique=False)
    op.create_table(
        "qr_revocations",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_qr_revocations_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_qr_revocations_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_qr_revocations")),
    )
    op.create_table(
        "door_visits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_checked_in", sa.Boolean(), nullable=False),
        sa.Column("charged", sa.BigInteger(), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.CheckConstraint("ended_by IN ('exit', 'closing')", name=op.f("ck_door_visits_ended_by")),
        sa.CheckConstraint("(left_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_door_visits_ended")),
        sa.CheckConstraint("left_at >= entered_at", name=op.f("ck_door_visits_times")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_door_visits_member_id_members")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_door_visits_office_id_offices")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_door_visits_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_visits")),
    )
    op.create_index("ix_door_visits_member_id", "door_visits", ["member_id", "id"], unique=False)
    op.create_index(
        "ix_door_visits_office_id",
        "door_visits",
        ["office_id"],
        unique=False,
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_index(
        "uq_door_visits_member_id",
        "door_visits",
        ["member_id"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "arrivals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("beyond", sa.Integer(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("beyond >= 0 AND beyond <= people", name=op.f("ck_arrivals_beyond")),
        sa.CheckConstraint("people > 0", name=op.f("ck_arrivals_people")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_arrivals_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["door_visits.id"], name=op.f("fk_arrivals_visit_id_door_visits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrivals")),
    )
    op.create_index("ix_arrivals_visit_id", "arrivals", ["visit_id"], unique=False)
    op.create_table(
        "door_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("door", sa.Text(), nullable=True),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("visit_id", sa.BigInteger(), nullable=True),
        sa.Column("card_id", sa.BigInteger(), nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "act IN ('check-in', 'unlock', 'check-out', 'seen')", name=op.f("ck_door_events_act")
        ),
        sa.CheckConstraint("allowed OR reason IS NOT NULL", name=op.f("ck_door_events_reason")),
        sa.ForeignKeyConstraint(
            ["card_id"], ["access_cards.id"], name=op.f("fk_door_events_card_id_access_cards")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_door_events_member_id_members")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_door_events_office_id_offices")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_door_events_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["door_visits.id"], name=op.f("fk_door_events_visit_id_door_visits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_events")),
    )
    op.create_index("ix_door_events_at", "door_events", ["operator_id", "at"], unique=False)
    op.create_index("ix_door_events_member_id", "door_events", ["member_id", "id"], unique=False)
    op.create_table(
        "parking_vouchers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("visit_id", sa.BigInteger(), nullable=True),
        sa.Column("used_minutes", sa.Integer(), nullable=False),
        sa.Column("voucher_minutes", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.CheckConstraint("used_minutes >= 0", name=op.f("ck_parking_vouchers_used_minutes")),
        sa.CheckConstraint("voucher_minutes > 0", name=op.f("ck_parking_vouchers_voucher_minutes")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_parking_vouchers_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_parking_vouchers_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["door_visits.id"], name=op.f("fk_parking_vouchers_visit_id_door_visits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parking_vouchers")),
    )
    op.create_index("ix_parking_vouchers_member_id", "parking_vouchers", ["member_id", "id"], unique=False)
    op.create_index("uq_parking_vouchers_visit_id", "parking_vouchers", ["visit_id"], unique=True)


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


def downgrade() -> None:
    op.drop_table("parking_vouchers")
    op.drop_table("door_events")
    op.drop_table("arrivals")
    op.drop_table("door_visits")
    op.drop_table("qr_revocations")
    op.drop_table("used_qrs")
    op.drop_table("access_cards")
