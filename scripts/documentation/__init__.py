"""The documentation as a site: pages of Markdown, the reference from docstrings, and what both are checked for."""
