"""Voicemail, announcements of members, missed calls."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("sounds", "voicemail_messages", "voicemail_settings", "line_announcements", "missed_calls")


def upgrade() -> None:
    op.add_column(
        "notices",
        sa.Column("attachments", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'")),
    )
    # For the rows that stood; new ones say what they have.
    op.alter_column("notices", "attachments", server_default=None)
    op.create_table(
        "sounds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("wav", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("serves_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(wav) <= 16777216", name=op.f("ck_sounds_wav")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_sounds_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sounds")),
        sa.UniqueConstraint("token", name=op.f("uq_sounds_token")),
    )
    # Audio does not get smaller by the server's compression.
    op.execute("ALTER TABLE sounds ALTER COLUMN wav SET STORAGE EXTERNAL")
    op.create_table(
        "voicemail_messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("call_sid", sa.Text(), nullable=False),
        sa.Column("recording_sid", sa.Text(), nullable=False),
        sa.Column("from_number", sa.Text(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sound_id", sa.BigInteger(), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'kept', 'lost', 'deleted')", name=op.f("ck_voicemail_messages_state")
        ),
        sa.CheckConstraint(
            "(state = 'kept') = (sound_id IS NOT NULL)", name=op.f("ck_voicemail_messages_sound")
        ),
        sa.CheckConstraint(
            "(state = 'deleted') = (deleted_at IS NOT NULL)", name=op.f("ck_voicemail_messages_deleted")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_voicemail_messages_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_voicemail_messages_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_voicemail_messages_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["sound_id"], ["sounds.id"], name=op.f("fk_voicemail_messages_sound_id_sounds")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voicemail_messages")),
        sa.UniqueConstraint("recording_sid", name=op.f("uq_voicemail_messages_recording_sid")),
    )
    op.create_index("ix_voicemail_messages_member_id", "voicemail_messages", ["member_id", "id"])
    op.create_index("ix_voicemail_messages_line_id", "voicemail_messages", ["line_id", "id"])
    op.create_index("ix_voicemail_messages_call_sid", "voicemail_messages", ["call_sid"])
    op.create_index("ix_voicemail_messages_left_at", "voicemail_messages", ["operator_id", "left_at"])
    op.create_table(
        "voicemail_settings",
        sa.Column("line_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("mails_recording", sa.Boolean(), nullable=False),
        sa.Column("mails_missed", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_voicemail_settings_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_voicemail_settings_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_voicemail_settings")),
    )
    op.create_table(
        "line_announcements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("sound_id", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('unanswered', 'outside_hours', 'forwarding_off', 'voicemail_greeting')",
            name=op.f("ck_line_announcements_kind"),
        ),
        sa.CheckConstraint("language IN ('ja', 'en')", name=op.f("ck_line_announcements_language")),
        sa.CheckConstraint(
            "(words IS NULL) = (language IS NULL) AND (words IS NULL) <> (sound_id IS NULL)",
            name=op.f("ck_line_announcements_words_or_sound"),
        ),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_line_announcements_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_line_announcements_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["sound_id"], ["sounds.id"], name=op.f("fk_line_announcements_sound_id_sounds")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_announcements")),
        sa.UniqueConstraint("line_id", "kind", name=op.f("uq_line_announcements_line_id_kind")),
    )
    op.create_table(
        "missed_calls",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("call_sid", sa.Text(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("from_number", sa.Text(), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('new', 'unwanted', 'mailed', 'held-back', 'summed-up')",
            name=op.f("ck_missed_calls_state"),
        ),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_missed_calls_line_id_lines")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_missed_calls_member_id_members")),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["voicemail_messages.id"],
            name=op.f("fk_missed_calls_message_id_voicemail_messages"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_missed_calls_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missed_calls")),
        sa.UniqueConstraint("message_id", name=op.f("uq_missed_calls_message_id")),
    )
    op.create_index(
        "uq_missed_calls_call_sid",
        "missed_calls",
        ["call_sid"],
        unique=True,
        postgresql_where=sa.text("message_id IS NULL"),
    )
    op.create_index("ix_missed_calls_line_id", "missed_calls", ["line_id", "told_at"])
    op.create_index("ix_missed_calls_called_at", "missed_calls", ["operator_id", "called_at"])
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
    op.drop_column("notices", "attachments")
