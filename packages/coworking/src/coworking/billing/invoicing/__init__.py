"""From charges to invoices: sums, issuing, runs, credit notes, and finding them again."""
