"""How fast it is, beside how fast it could be; `make bench`."""
