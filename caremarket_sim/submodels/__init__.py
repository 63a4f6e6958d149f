"""ODD 7: one file a mechanism. A submodel never imports another: what two share is state or a number."""
