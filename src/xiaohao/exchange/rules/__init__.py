"""Reading sheets as people keep them. Plain Python; what is read is judged, not believed."""
