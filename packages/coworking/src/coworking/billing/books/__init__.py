"""The books: closing months, reading entries, and the checks that they are sound."""
