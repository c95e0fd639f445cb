"""What each page offers in its menu: one module a page."""
