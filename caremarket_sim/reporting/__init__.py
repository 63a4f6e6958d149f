"""Results as people read them: sentences, tables, figures, a folder of files."""
