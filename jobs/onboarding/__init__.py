"""Onboarding: a provider's way in made, proven, renewed and closed, and the sheet that tells the department how to use it."""
