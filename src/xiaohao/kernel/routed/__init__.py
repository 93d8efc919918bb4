"""Django's PostgreSQL backend, on the schemas of whoever's work is being done."""
