"""A made-up city: its providers, their extracts with planted faults, and the truth about each fault.

It knows the catalogue (headers, dialects, code sets) and nothing of how rows are read or judged: it tells of a fault independently.
"""
