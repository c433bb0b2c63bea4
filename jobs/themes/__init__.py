"""Gold: each theme a folder of SQL, parameters and contracts beside this file, and one runner for all of them."""
