"""Long lists are sorted by an index."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

SORTED = (
    ("ix_charges_service_on", "charges", "service_on"),
    ("ix_charges_amount", "charges", "amount"),
    ("ix_mail_items_disposable_on", "mail_items", "disposable_on"),
)


def upgrade() -> None:
    for name, table, column in SORTED:
        op.create_index(name, table, ["operator_id", column, "id"])


def downgrade() -> None:
    for name, table, _ in reversed(SORTED):
        op.drop_index(name, table_name=table)
