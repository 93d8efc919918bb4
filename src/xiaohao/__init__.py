"""Xiaohao (销号): supervision and rectification. No fix, no closing."""
