"""Effects in NPS points: the joint model, its errors, and the trade's figure beside it."""
