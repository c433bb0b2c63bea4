"""The only glue of the main job: discover -> lists -> intake -> quality -> lake -> receipt."""
