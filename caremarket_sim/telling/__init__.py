"""Words, figures, pages and files that several studies are told with: one palette, one way of drawing."""
