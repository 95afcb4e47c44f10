"""What is private: names, pseudonyms, and who asked to be forgotten."""
