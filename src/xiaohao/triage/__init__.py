"""The room `triage`: see its README."""
