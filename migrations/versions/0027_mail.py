"""Mail: items with their histories, standing instructions, hand-overs, batches."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLES = (
    "mail_batches",
    "mail_events",
    "mail_grants",
    "mail_hand_overs",
    "mail_items",
    "mail_words",
    "standing_instructions",
)
APPEND_ONLY = ("mail_events", "mail_hand_overs")


def _create_tables() -> None:
    op.create_table(
        "mail_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("addressee", sa.Text(), nullable=True),
        sa.Column("tracking_number", sa.Text(), nullable=True),
        sa.Column("weight_g", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("instruction", sa.Text(), nullable=True),
        sa.Column("instructed_by", sa.Text(), nullable=True),
        sa.Column("disposable_on", sa.Date(), nullable=True),
        sa.Column("charged_through", sa.Date(), nullable=True),
        sa.Column("warned_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "disposable_on IS NULL OR instruction = 'dispose'", name=op.f("ck_mail_items_disposable")
        ),
        sa.CheckConstraint(
            "instruction IN ('keep', 'scan', 'forward', 'bundle', 'dispose', 'return', 'pick-up')",
            name=op.f("ck_mail_items_instruction"),
        ),
        sa.CheckConstraint(
            "kind IN ('letter', 'parcel', 'registered', 'cod')", name=op.f("ck_mail_items_kind")
        ),
        sa.CheckConstraint(
            "member_id IS NOT NULL OR status IN ('unassigned', 'disposed', 'returned')",
            name=op.f("ck_mail_items_assigned"),
        ),
        sa.CheckConstraint(
            "status <> 'unassigned' OR member_id IS NULL", name=op.f("ck_mail_items_unassigned")
        ),
        sa.CheckConstraint(
            "status IN ('unassigned', 'waiting', 'scanned', 'distributed', 'handed-over', 'forwarded', 'disposed', 'returned')",
            name=op.f("ck_mail_items_status"),
        ),
        sa.CheckConstraint(
            "(instruction IS NULL) = (instructed_by IS NULL)", name=op.f("ck_mail_items_instructed")
        ),
        sa.CheckConstraint("weight_g > 0", name=op.f("ck_mail_items_weight")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_mail_items_member_id_members")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_mail_items_office_id_offices")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_mail_items_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_items")),
    )
    op.create_index(
        "ix_mail_items_here",
        "mail_items",
        ["operator_id", "status", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('unassigned', 'waiting', 'scanned')"),
    )
    op.create_index("ix_mail_items_member_id", "mail_items", ["member_id", "id"], unique=False)
    op.create_index(
        "ix_mail_items_received_on", "mail_items", ["operator_id", "received_on", "id"], unique=False
    )
    op.create_index(
        "ix_mail_items_tracking_number", "mail_items", ["operator_id", "tracking_number"], unique=False
    )
    op.create_table(
        "mail_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("acted_as", sa.Text(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("instruction", sa.Text(), nullable=True),
        sa.Column("disposable_on", sa.Date(), nullable=True),
        sa.Column("via", sa.Text(), nullable=True),
        sa.CheckConstraint("acted_as IN ('staff', 'member', 'rules')", name=op.f("ck_mail_events_acted_as")),
        sa.CheckConstraint(
            "instruction IN ('keep', 'scan', 'forward', 'bundle', 'dispose', 'return', 'pick-up')",
            name=op.f("ck_mail_events_instruction"),
        ),
        sa.CheckConstraint(
            "what IN ('received', 'assigned', 'put-back', 'noticed', 'instructed', 'confirmed', 'scanned', 'moved', 'distributed', 'handed-over', 'forwarded', 'disposed', 'returned')",
            name=op.f("ck_mail_events_what"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["mail_items.id"], name=op.f("fk_mail_events_item_id_mail_items")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_mail_events_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_mail_events_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_events")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_mail_events_item_id_number")),
    )
    op.create_index(
        "uq_mail_events_end",
        "mail_events",
        ["item_id"],
        unique=True,
        postgresql_where=sa.text("what IN ('handed-over', 'forwarded', 'disposed', 'returned')"),
    )
    op.create_table(
        "mail_words",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("word", sa.Text(collation="C"), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["mail_items.id"], name=op.f("fk_mail_words_item_id_mail_items")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_mail_words_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("item_id", "word", name=op.f("pk_mail_words")),
    )
    op.create_index("ix_mail_words_word", "mail_words", ["operator_id", "word", "item_id"], unique=False)
    op.create_table(
        "standing_instructions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("weekday", sa.SmallInteger(), nullable=True),
        sa.Column("after_days", sa.Integer(), nullable=True),
        sa.Column("before_storage", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "choice IN ('keep', 'scan', 'forward', 'bundle', 'dispose', 'return', 'pick-up')",
            name=op.f("ck_standing_instructions_choice"),
        ),
        sa.CheckConstraint(
            "kind IN ('letter', 'parcel', 'registered', 'cod')", name=op.f("ck_standing_instructions_kind")
        ),
        sa.CheckConstraint(
            "NOT (before_storage AND after_days IS NOT NULL)", name=op.f("ck_standing_instructions_when")
        ),
        sa.CheckConstraint("after_days > 0", name=op.f("ck_standing_instructions_after_days")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_standing_instructions_weekday")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_standing_instructions_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_standing_instructions_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_instructions")),
    )
    op.create_index(
        "ix_standing_instructions_member_id",
        "standing_instructions",
        ["member_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "mail_grants",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("used_at IS NULL OR revoked_at IS NULL", name=op.f("ck_mail_grants_outcome")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_mail_grants_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_mail_grants_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_grants")),
        sa.UniqueConstraint("digest", name=op.f("uq_mail_grants_digest")),
    )
    op.create_index("ix_mail_grants_member_id", "mail_grants", ["member_id"], unique=False)
    op.create_table(
        "mail_hand_overs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("grant_id", sa.BigInteger(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("signature", sa.Text(), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(document IS NULL) = (recipient IS NULL)", name=op.f("ck_mail_hand_overs_recipient")
        ),
        sa.CheckConstraint(
            "(grant_id IS NULL) = (document IS NOT NULL)", name=op.f("ck_mail_hand_overs_proof")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["mail_grants.id"], name=op.f("fk_mail_hand_overs_grant_id_mail_grants")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_mail_hand_overs_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_mail_hand_overs_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_hand_overs")),
        sa.UniqueConstraint("grant_id", name=op.f("uq_mail_hand_overs_grant_id")),
    )
    op.create_index("ix_mail_hand_overs_member_id", "mail_hand_overs", ["member_id"], unique=False)
    op.create_table(
        "mail_batches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("postage", sa.BigInteger(), nullable=False),
        sa.Column("handling_fee", sa.BigInteger(), nullable=False),
        sa.Column("tracking_number", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.CheckConstraint("postage >= 0 AND handling_fee >= 0", name=op.f("ck_mail_batches_amounts")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_mail_batches_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_mail_batches_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_batches")),
    )
    op.create_index("ix_mail_batches_member_id", "mail_batches", ["member_id"], unique=False)


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
    op.drop_table("mail_batches")
    op.drop_table("mail_hand_overs")
    op.drop_table("mail_grants")
    op.drop_table("standing_instructions")
    op.drop_table("mail_words")
    op.drop_table("mail_events")
    op.drop_table("mail_items")
