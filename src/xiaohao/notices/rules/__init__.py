"""When who is reminded, and how a mail finds its way. Plain Python."""
