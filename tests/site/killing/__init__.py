"""An installation that is killed on purpose: its settings, its job, its client, and what kills it."""
