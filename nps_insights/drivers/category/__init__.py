"""The category model: how far themes and attributes tell detractors, passives and promoters apart."""
