"""What estimates are made of: cells, windows of time, groups, scales, weights, and what must be said beside them."""
