"""One module a resource: how its clean rows look, and which faults its providers' extracts hold."""
