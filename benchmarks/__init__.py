"""Side-by-side runs against named peers, and the figures that they print."""
