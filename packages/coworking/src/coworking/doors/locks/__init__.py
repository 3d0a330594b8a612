"""What opens a door: commands that are sent once and in time, and the kinds of locks that take them."""
