"""What an operator brings along from another system: members, contracts, open items and deposits, from CSV files."""
