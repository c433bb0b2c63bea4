"""What an analyst asks: SQL on silver and gold with the analyst's own key, which tables there are, and what was asked."""
