"""nps-insights: what moves your NPS, with an interval on every figure."""
