"""The room `exchange`: see its README."""
