"""The room `intake`: see its README."""
