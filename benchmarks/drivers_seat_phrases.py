"""The taxonomy of `benchmarks.drivers_seat`: what a passenger may say of each thing rated, in our own words."""

# Rating -> name of the theme, then its examples.
PHRASES = {
    "seat_legroom_rating": (
        "Legroom",
        "plenty of leg room",
        "no legroom at all, my knees touched the seat in front",
        "the seat pitch is very tight",
        "I am tall and my knees were jammed against the seat in front",
        "good space to stretch the legs",
    ),
    "seat_recline_rating": (
        "Recline",
        "the seat hardly reclines",
        "the recline was very good",
        "the person in front reclined into my face",
        "seat does not go fully flat, it slopes",
        "lie flat bed for sleeping",
    ),
    "seat_width_rating": (
        "Seat width",
        "the seats are very narrow",
        "a nice wide seat",
        "shoulder to shoulder with my neighbour, seats not wide enough",
        "ten abreast makes the seats too narrow",
        "squeezed in between two passengers with no elbow room",
    ),
    "aisle_space_rating": (
        "Aisle space",
        "the aisles are very narrow",
        "people and trolleys bumped into me in the aisle",
        "hard to get out to the aisle from the window seat",
        "wide aisle, easy to walk around",
        "you have to climb over your neighbour to reach the aisle",
    ),
    "viewing_tv_rating": (
        "Screen and entertainment",
        "large TV screen with a good choice of films",
        "the entertainment system did not work",
        "the screen is too close to watch",
        "old small screens with poor picture",
        "no personal screen, only an overhead monitor",
    ),
    "power_supply_rating": (
        "Power supply",
        "no power outlet to charge my phone",
        "USB port and power socket at every seat",
        "the power plug did not work",
        "could charge my laptop on board",
    ),
    "seat_storage_rating": (
        "Storage",
        "plenty of storage around the seat",
        "no space to put my bag under the seat",
        "overhead lockers were too small",
        "the box under the seat takes the room for bags",
        "nowhere to store a book or a bottle",
    ),
}
