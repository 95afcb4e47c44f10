"""What a page is made of: its frame, its blocks and charts, and what keeps data data."""
