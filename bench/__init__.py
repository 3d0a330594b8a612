"""What must be fast, measured side by side. `python -m bench` runs everything and prints a table."""
