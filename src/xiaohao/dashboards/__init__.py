"""The room `dashboards`: see its README."""
