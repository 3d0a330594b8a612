"""Spaces and their reservations, calendar feeds, lent things, card challenges; uses that are taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLES = ("calendar_feeds", "card_challenges", "held_seats", "lent_things", "reservations", "spaces", "uses_taken_back")
APPEND_ONLY = ("uses_taken_back",)


def _create_spaces() -> None:
    op.create_table(
        "spaces",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_spaces_office_id_offices")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_spaces_operator_id_operators")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spaces")),
        sa.UniqueConstraint("operator_id", "name", name=op.f("uq_spaces_operator_id_name")),
    )
    op.create_table(
        "reservations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("space_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("pays_by", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reserved_by", sa.Text(), nullable=False),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_reservations_period")),
        sa.CheckConstraint("people > 0", name=op.f("ck_reservations_people")),
        sa.CheckConstraint(
            "status IN ('held', 'used', 'cancelled', 'released')", name=op.f("ck_reservations_status")
        ),
        sa.CheckConstraint(
            "(status IN ('cancelled', 'released')) = (ended_at IS NOT NULL)", name=op.f("ck_reservations_ended")
        ),
        sa.CheckConstraint("via IN ('phone', 'form', 'site', 'app')", name=op.f("ck_reservations_via")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_reservations_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_reservations_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_reservations_space_id_spaces")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
    )
    op.create_index("ix_reservations_member_id", "reservations", ["operator_id", "member_id", "starts_at"])
    op.create_index("ix_reservations_space_id", "reservations", ["space_id", "starts_at"])
    op.create_table(
        "held_seats",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("reservation_id", sa.BigInteger(), nullable=False),
        sa.Column("space_id", sa.BigInteger(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_held_seats_period")),
        sa.CheckConstraint("seat > 0", name=op.f("ck_held_seats_seat")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_held_seats_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_held_seats_reservation_id_reservations")
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_held_seats_space_id_spaces")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_seats")),
    )
    op.create_index("ix_held_seats_reservation_id", "held_seats", ["reservation_id"])
    op.execute(
        """
        ALTER TABLE held_seats ADD CONSTRAINT ex_held_seats_one_holder EXCLUDE USING gist (
            int8range(space_id, space_id, '[]') WITH &&,
            int4range(seat, seat, '[]') WITH &&,
            tstzrange(starts_at, ends_at) WITH &&
        )
        """
    )
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("space_id", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(member_id IS NULL) <> (space_id IS NULL)", name=op.f("ck_calendar_feeds_of_one")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_calendar_feeds_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_calendar_feeds_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_calendar_feeds_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_calendar_feeds_space_id_spaces")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_feeds_digest")),
    )
    op.create_index(
        "uq_calendar_feeds_member_id", "calendar_feeds", ["member_id", "account_id"], unique=True
    )
    op.create_index("uq_calendar_feeds_space_id", "calendar_feeds", ["space_id", "account_id"], unique=True)


def _create_lent_things() -> None:
    op.create_table(
        "lent_things",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("thing", sa.Text(), nullable=False),
        sa.Column("lent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lent_by", sa.Text(), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_by", sa.Text(), nullable=True),
        sa.CheckConstraint("returned_at >= lent_at", name=op.f("ck_lent_things_times")),
        sa.CheckConstraint(
            "(returned_at IS NULL) = (returned_by IS NULL)", name=op.f("ck_lent_things_returned")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_lent_things_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_lent_things_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lent_things")),
    )
    op.create_index("ix_lent_things_member_id", "lent_things", ["operator_id", "member_id"])


def _create_card_challenges() -> None:
    op.create_table(
        "card_challenges",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_card_challenges_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_challenges")),
        sa.UniqueConstraint("digest", name=op.f("uq_card_challenges_digest")),
    )
    op.create_index("ix_card_challenges_expires_at", "card_challenges", ["operator_id", "expires_at"])


def _extend_uses() -> None:
    op.add_column("uses", sa.Column("occasion", sa.Text(), nullable=True))
    op.add_column("uses", sa.Column("guests", sa.Integer(), server_default="0", nullable=False))
    op.add_column("uses", sa.Column("paid_ahead", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_check_constraint(op.f("ck_uses_guests"), "uses", "guests >= 0")
    op.create_index(
        "ix_uses_occasion",
        "uses",
        ["operator_id", "occasion"],
        postgresql_where=sa.text("occasion IS NOT NULL"),
    )
    op.create_table(
        "uses_taken_back",
        sa.Column("use_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_uses_taken_back_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(["use_id"], ["uses.id"], name=op.f("fk_uses_taken_back_use_id_uses")),
        sa.PrimaryKeyConstraint("use_id", name=op.f("pk_uses_taken_back")),
    )


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
    _create_spaces()
    _create_lent_things()
    _create_card_challenges()
    _extend_uses()
    _separate_operators()


def downgrade() -> None:
    op.drop_table("uses_taken_back")
    op.drop_index("ix_uses_occasion", table_name="uses")
    op.drop_constraint(op.f("ck_uses_guests"), "uses", type_="check")
    for column in ("paid_ahead", "guests", "occasion"):
        op.drop_column("uses", column)
    for table in ("card_challenges", "lent_things", "calendar_feeds", "held_seats", "reservations", "spaces"):
        op.drop_table(table)
