"""What is held about a person: given out, erased on request, and forgotten when its time is over (R31)."""
