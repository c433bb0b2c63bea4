"""Delta: the only module that writes tables."""
