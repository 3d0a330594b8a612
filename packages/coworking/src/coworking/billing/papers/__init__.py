"""Invoices, credit notes and receipts as PDF, in Japanese and English."""

from coworking.billing.papers.invoice_paper import invoice_file, invoice_pdf
from coworking.billing.papers.receipt_paper import receipt_pdf

__all__ = ["invoice_file", "invoice_pdf", "receipt_pdf"]
