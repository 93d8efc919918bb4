"""The demo: a city with its real divisions, a month of generated messages, and the office's work."""
