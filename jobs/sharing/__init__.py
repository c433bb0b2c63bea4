"""The first share: grants from the demand list, masks, extracts with delivery receipts."""
