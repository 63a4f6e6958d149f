"""ODD 7: one file a mechanism, with its sentences of the week and all that is compiled of them.

A mechanism never imports another: what two share is state or a number, and stands in `market/`.
"""
