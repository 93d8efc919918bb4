"""Clock and working calendar, ids, errors, locks, paging: what every room may use."""
