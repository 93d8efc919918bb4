"""Addresses of the look-back's pages."""

urlpatterns: list[object] = []
