"""What is being run: programmes (special rectification drives)."""
