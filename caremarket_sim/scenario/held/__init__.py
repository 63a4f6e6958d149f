"""Files as they are held: what publishers and offices save, read into the lists that a place is made from.

`tables` makes rows of CSV, Excel and OpenDocument files, `numbers` says what a cell means, `headings` which column is
which, `lists` puts them together; `zones` and `directory.py` know the published files.
"""
