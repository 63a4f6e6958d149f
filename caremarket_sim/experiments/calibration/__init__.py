"""Holding the model to the evidence: what the targets leave plausible, and whether known patterns come out."""
