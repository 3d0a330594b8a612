"""Invoices that are not paid in time: reminders, late interest, suspension, the end of a membership."""
