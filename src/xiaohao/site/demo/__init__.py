"""The demo: a city with its real divisions, a month of generated messages, the office's work."""
