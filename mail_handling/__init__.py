"""Mail that is taken in for members: items, instructions, hand-over, forwarding, storage."""

from mail_handling.assigning import assign, members_named, put_back
from mail_handling.batches import NewBatch, forward
from mail_handling.days import tell_of_end, turn_mail
from mail_handling.endings import record_scan, require_scan_wanted
from mail_handling.hand_overs import Grant, Proof, distribute, hand_over, issue_grant
from mail_handling.instructions import confirm_disposal, instruct
from mail_handling.items import NewItem, get_item, take_in
from mail_handling.letters import read_texts
from mail_handling.models import MailItem
from mail_handling.profile import Choice, MailKind, MailProfile
from mail_handling.rules import MailRules, RulesOfMail
from mail_handling.searching import Wanted, list_items

__all__ = [
    "Choice",
    "Grant",
    "MailItem",
    "MailKind",
    "MailProfile",
    "MailRules",
    "NewBatch",
    "NewItem",
    "Proof",
    "RulesOfMail",
    "Wanted",
    "assign",
    "confirm_disposal",
    "distribute",
    "forward",
    "get_item",
    "hand_over",
    "instruct",
    "issue_grant",
    "list_items",
    "members_named",
    "put_back",
    "read_texts",
    "record_scan",
    "require_scan_wanted",
    "take_in",
    "tell_of_end",
    "turn_mail",
]
