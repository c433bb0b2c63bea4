"""Telling people what is late, held or refused: by mail and webhook, once."""
