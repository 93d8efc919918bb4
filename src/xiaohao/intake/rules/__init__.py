"""What the public's door goes by, in plain Python."""
