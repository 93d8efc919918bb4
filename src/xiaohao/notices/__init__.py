"""Notices: reminders in time, following, what is told to whom, and the digest by e-mail."""
