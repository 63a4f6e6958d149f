"""What drives the results of a sweep."""
