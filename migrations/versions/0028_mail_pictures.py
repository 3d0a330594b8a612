"""Stored files, pictures and scans of mail, other names of members."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TABLES = ("stored_files", "mail_pictures", "mail_scans", "member_aliases")


def upgrade() -> None:
    op.create_table(
        "stored_files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(secret IS NULL) = (removed_at IS NOT NULL)", name=op.f("ck_stored_files_secret")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_stored_files_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_files")),
        sa.UniqueConstraint("key", name=op.f("uq_stored_files_key")),
    )
    op.create_index("ix_stored_files_removed_at", "stored_files", ["operator_id", "removed_at"])
    op.create_table(
        "mail_pictures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("thumbnail_id", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('outside', 'page')", name=op.f("ck_mail_pictures_kind")),
        sa.CheckConstraint("kind = 'outside' OR item_id IS NOT NULL", name=op.f("ck_mail_pictures_page")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_mail_pictures_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["mail_items.id"], name=op.f("fk_mail_pictures_item_id_mail_items")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_files.id"], name=op.f("fk_mail_pictures_file_id_stored_files")
        ),
        sa.ForeignKeyConstraint(
            ["thumbnail_id"], ["stored_files.id"], name=op.f("fk_mail_pictures_thumbnail_id_stored_files")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_pictures")),
    )
    op.create_index("ix_mail_pictures_item_id", "mail_pictures", ["item_id", "id"])
    op.create_index(
        "ix_mail_pictures_taken_at",
        "mail_pictures",
        ["operator_id", "taken_at"],
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "mail_scans",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("is_searchable", sa.Boolean(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("pages > 0", name=op.f("ck_mail_scans_pages")),
        sa.CheckConstraint("(made_at IS NULL) = (file_id IS NULL)", name=op.f("ck_mail_scans_made")),
        sa.CheckConstraint(
            "(made_at IS NULL) = (is_searchable IS NULL)", name=op.f("ck_mail_scans_searchable")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_mail_scans_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["mail_items.id"], name=op.f("fk_mail_scans_item_id_mail_items")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_mail_scans_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_files.id"], name=op.f("fk_mail_scans_file_id_stored_files")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_scans")),
    )
    op.create_index("ix_mail_scans_item_id", "mail_scans", ["item_id", "id"])
    op.create_index(
        "uq_mail_scans_unmade",
        "mail_scans",
        ["item_id"],
        unique=True,
        postgresql_where=sa.text("made_at IS NULL"),
    )
    op.create_table(
        "member_aliases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_member_aliases_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_member_aliases_member_id_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_aliases")),
        sa.UniqueConstraint("member_id", "folded", name=op.f("uq_member_aliases_member_id_folded")),
    )
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
