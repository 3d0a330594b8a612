"""Who holds a space is found by its time, among all that were ever held."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_held_seats_space_id", "held_seats", ["space_id", "ends_at"])


def downgrade() -> None:
    op.drop_index("ix_held_seats_space_id", "held_seats")
