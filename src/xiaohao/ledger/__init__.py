"""The room `ledger`: see its README."""
