"""What was done, said once on the page that comes next."""

from __future__ import annotations

from collections.abc import Mapping

from coworking.kit.web.reader import Reader
from coworking.kit.web.translations import translatable

_SENTENCES = {
    "reversed": translatable("The charge is taken back. The call stays on record."),
    "reinstated": translatable("The call is charged again."),
    "reconciling": translatable("The comparison has been queued. It takes a task for each day."),
    "case-closed": translatable("The case is closed."),
    "suspended": translatable("The line is suspended. Callers hear an announcement."),
    "lifted": translatable("The suspension is lifted. Calls are forwarded again."),
    "act-recorded": translatable("The act is on record."),
    "evidence-kept": translatable("The evidence is on record."),
    "priority-set": translatable("The priority is set."),
    "removal-confirmed": translatable("It is on record that the number was taken off."),
    "halt-started": translatable("It has begun. Callers hear an announcement; the members are told."),
    "halt-ended": translatable("It is over. The members are told."),
    "approved": translatable("The purchase is approved. The numbers are being bought."),
    "run-issuing": translatable("The invoices are being issued."),
    "account-issued": translatable("The invoice is issued."),
    "mail-assigned": translatable("The item waits for its member, who is told."),
    "mail-entered": translatable("The item is in the queue. Say whose it is."),
    "mail-put-back": translatable("The item is back in the queue."),
    "mail-distributed": translatable("What was to go into the pigeonholes is on record."),
    "scan-pages-kept": translatable("The pages are kept."),
    "scan-page-dropped": translatable("The page is left out."),
    "scan-finished": translatable("The scan is finished. The member is told."),
    "mail-forwarded": translatable("The mail is forwarded. The member is told and charged."),
    "mail-ended": translatable("That is on record."),
    "mail-handed-over": translatable("The mail is handed over. The member is told."),
    "cap-lifted": translatable("The cap is lifted. Calls go on."),
}


def done_sentence(reader: Reader, query: Mapping[str, str]) -> str:
    """The sentence for `?done=…`; "" where nothing of ours was done."""
    sentence = _SENTENCES.get(query.get("done", ""))
    return reader.gettext(sentence) if sentence else ""
