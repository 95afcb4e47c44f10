"""Invented names of companies and of the people who look after them."""

import numpy as np

_STEMS = {
    "UK & Ireland": (
        ("Alder", "Ash", "Black", "Bram", "Cold", "Dun", "Elm", "Fair", "Green", "Hart", "King", "Lang", "March",
         "North", "Oak", "Pen", "Red", "Stan", "Thorn", "Whit"),
        ("bourne", "brook", "bury", "combe", "dale", "den", "field", "ford", "gate", "ham", "ley", "moor", "stead",
         "stow", "ton", "well", "wick", "wood"),
        ("Ltd", "Ltd", "& Sons", "& Co", "Group", ""),
    ),
    "Benelux & Nordics": (
        ("Berg", "Birk", "Fjell", "Gran", "Haven", "Hol", "Linden", "Maas", "Nord", "Oost", "Sand", "Sol", "Strand",
         "Ven", "Vest", "Zee"),
        ("dal", "dijk", "heim", "holm", "huis", "kamp", "lund", "mark", "veld", "vik", "voort", "wijk"),
        ("BV", "BV", "AB", "AS", "ApS", ""),
    ),
    "DACH": (
        ("Alt", "Birken", "Eichen", "Franken", "Hohen", "Kirch", "Linden", "Neu", "Ober", "Rosen", "Stein", "Tannen",
         "Weiss", "Winter"),
        ("bach", "berg", "brunn", "eck", "feld", "hausen", "heim", "hof", "stein", "tal", "wald"),
        ("GmbH", "GmbH", "AG", "& Partner", "KG", ""),
    ),
    "France & Iberia": (
        ("Bel", "Clair", "Font", "Grand", "Haut", "Mar", "Mont", "Roc", "Saint-", "Sierra ", "Val", "Vila "),
        ("aval", "blanc", "clos", "court", "fort", "lac", "mar", "nova", "pré", "rey", "rive", "ville"),
        ("SARL", "SA", "SL", "et Fils", "Hermanos", ""),
    ),
}  # fmt: skip
_TRADES = {
    "Retail": ("Stores", "Outdoor", "Kitchens", "Books", "Garden Centre", "Electricals", "Home"),
    "Professional services": ("Accountants", "Legal", "Consulting", "Architects", "Recruitment", "Surveyors"),
    "Healthcare": ("Dental", "Physio", "Care Homes", "Vets", "Pharmacy", "Opticians"),
    "Manufacturing": ("Tooling", "Packaging", "Joinery", "Plastics", "Foods", "Precision"),
    "Hospitality": ("Hotels", "Inns", "Catering", "Restaurants", "Events"),
    "Education": ("Academy", "Nurseries", "Training", "College", "Tutors"),
    "Logistics": ("Freight", "Couriers", "Haulage", "Storage", "Removals"),
}
_OWNERS = {
    "UK & Ireland": ("Priya Nair", "Tom Ashdown", "Grace Oduya", "Callum Reid", "Niamh Brady"),
    "Benelux & Nordics": ("Sanne de Wit", "Jonas Lindqvist", "Maja Holt"),
    "DACH": ("Katrin Vogel", "Lukas Brandt"),
    "France & Iberia": ("Élodie Marchand", "Iker Solana"),
}


def account_names(region: np.ndarray, industry: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return an invented company name per account, one row per pair of region and industry."""
    draws = rng.random((len(region), 4)).tolist()
    names = []
    for place, trade, (first, second, third, fourth) in zip(region, industry, draws, strict=True):
        starts, ends, forms = _STEMS[place]
        stem = starts[int(first * len(starts))] + ends[int(second * len(ends))]
        words = (stem, _TRADES[trade][int(third * len(_TRADES[trade]))], forms[int(fourth * len(forms))])
        names.append(" ".join(word for word in words if word))
    return np.array(names, dtype=object)


def owner_names(region: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the colleague at the business who looks after each account."""
    draws = rng.random(len(region))
    return np.array(
        [_OWNERS[place][int(draw * len(_OWNERS[place]))] for place, draw in zip(region, draws, strict=True)],
        dtype=object,
    )
