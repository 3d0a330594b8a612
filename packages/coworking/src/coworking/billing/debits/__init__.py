"""Direct debit: members' mandates, the files that ask for money, and what became of them."""
