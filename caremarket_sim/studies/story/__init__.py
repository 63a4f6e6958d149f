"""One person and one care worker followed through the same future under each policy."""
