"""The same policies as standing regimes, each in a market that has settled under it."""
