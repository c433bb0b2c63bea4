"""Haihe (海河): a city's government data, from a department's drop to curated Delta tables."""

__version__ = "0.3.0"
