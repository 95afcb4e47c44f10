"""Who was asked, who answered, and which answers count."""
