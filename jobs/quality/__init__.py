"""Great Expectations as the judge: rules, masks, verdicts, results. The only package that imports Great Expectations."""

import os

# Read when Great Expectations is imported, which only modules below this line do.
os.environ["GX_ANALYTICS_ENABLED"] = "false"
