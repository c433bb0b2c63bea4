"""A sample file -> a proposed resource: contract, suite, duty and golden case, every guess marked until a person confirms it."""
