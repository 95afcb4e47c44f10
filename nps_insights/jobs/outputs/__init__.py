"""What leaves a run: pages, files for people, a database, messages."""
