"""What departments bind themselves to do, and what became of each call for it."""
