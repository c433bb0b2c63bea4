"""What a provider gets back: receipts as JSON and as a page, the list of errors, the rows to mend."""
