"""Commands of Django that the trail adds to."""
