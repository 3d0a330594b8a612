"""Signatures and names on hand-overs can be wiped when their days are over; nothing else of a hand-over changes."""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DROP TRIGGER append_only ON mail_hand_overs")
    op.execute(
        """
        CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OF
            id, operator_id, member_id, grant_id, document, handed_at, handed_by ON mail_hand_overs
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
        """
    )
    op.execute(
        """
        CREATE TRIGGER wiped_only BEFORE UPDATE ON mail_hand_overs
        FOR EACH ROW WHEN (
            NEW.signature IS NOT NULL AND NEW.signature IS DISTINCT FROM OLD.signature
            OR NEW.recipient <> '' AND NEW.recipient IS DISTINCT FROM OLD.recipient
        )
        EXECUTE FUNCTION refuse_change()
        """
    )
    op.execute("GRANT UPDATE (signature, recipient) ON mail_hand_overs TO rusuban_service")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (signature, recipient) ON mail_hand_overs FROM rusuban_service")
    op.execute("DROP TRIGGER wiped_only ON mail_hand_overs")
    op.execute("DROP TRIGGER append_only ON mail_hand_overs")
    op.execute(
        """
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON mail_hand_overs
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
        """
    )
