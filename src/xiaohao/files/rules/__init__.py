"""What a file is, by its content, and what may be kept of it. Plain Python."""
