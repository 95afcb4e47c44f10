"""Texts in which everything private is marked by hand: `{phone:020 7946 0958}` in the text as people write it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

# Kept out of the templates: what the files at hand know.
PEOPLE = (
    "Anna Koch", "Will Smith", "Mark Baker", "Rose Young", "Jürgen Müller", "Schmidt, Petra", "François Lefèvre",
    "María García López", "Siobhán O'Brien", "Dick van Dyke", "Grace Hope", "Dr. Thomas Bäcker", "Priya Raman",
    "Jean-Pierre Martin", "王伟", "Olumide Adeyemi", "Katarzyna Wiśniewska", "Lena Fee", "Ms. Joy Winter", "Bo Li",
)  # fmt: skip
COMPANIES = ("Initech", "Harbour Freight Ltd", "Blumen Krause GmbH", "Orange", "Target")

_PART = re.compile(r"\{([a-z-]+):([^{}]*)\}")


@dataclass(frozen=True)
class Labelled:
    """One text with what is private in it.

    Attributes:
        text: The text.
        parts: Start, end and kind of each private part.
        source: "template" or "hand".
    """

    text: str
    parts: tuple[tuple[int, int, str], ...]
    source: str


def labelled(marked: str, source: str) -> Labelled:
    """Return the text and the parts of one in which they are marked.

    Example:
        >>> labelled("call {phone:020 7946 0958}", "hand").parts
        ((5, 18, 'phone'),)
    """
    text, parts, end = "", [], 0
    for match in _PART.finditer(marked):
        text += marked[end : match.start()]
        parts.append((len(text), len(text) + len(match.group(2)), match.group(1)))
        text, end = text + match.group(2), match.end()
    return Labelled(text + marked[end:], tuple(parts), source)


def redaction_set(*, n: int = 1500, random_state: int = 0) -> list[Labelled]:
    """Return texts made from templates, half of them with nothing private, and the hand-written hard cases.

    Args:
        n: Number of texts from templates.
        random_state: Seed.
    """
    random = np.random.default_rng(random_state)
    made = [labelled(_from_template(random, place), "template") for place in range(n)]
    return made + [labelled(one, "hand") for one in HARD_CASES]


def _from_template(random: np.random.Generator, place: int) -> str:
    pick = _Pick(random)
    if place % 2:
        return pick.of(_HARMLESS).format_map(_Numbers(pick))
    kind = ("phone", "phone", "phone", "e-mail", "url", "card", "iban", "ip", "name", "name")[(place // 2) % 10]
    if kind == "phone":
        region = pick.of(tuple(_PHONES))
        template = pick.of(_AROUND_PHONES[region])
        return template.replace("@", f"{{phone:{pick.digits(pick.of(_PHONES[region]))}}}")
    if kind == "name":
        return pick.of(_AROUND_NAMES)
    made = {"e-mail": _email, "url": _url, "card": _card, "iban": _iban, "ip": _ip}[kind](pick)
    return pick.of(_AROUND[kind]).replace("@", f"{{{kind}:{made}}}")


class _Pick:
    """Draws from lists and fills patterns with digits."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random

    def of(self, options: tuple) -> str:
        return options[int(self.random.integers(len(options)))]

    def digits(self, pattern: str) -> str:
        """Each "#" becomes a digit, each "N" one of 2 to 9."""
        filled = (str(self.random.integers(2 if one == "N" else 0, 10)) if one in "#N" else one for one in pattern)
        return "".join(filled)


class _Numbers(dict):
    """Fills `{a}` of a harmless text with letters and digits that pass no check."""

    def __init__(self, pick: _Pick) -> None:
        super().__init__()
        self.pick = pick

    def __missing__(self, pattern: str) -> str:
        return self.pick.digits(_HARMLESS_NUMBERS[pattern])


# Patterns of real numbering plans, each in the ways in which people write it.
_PHONES = {
    "US": ("(212) N##-####", "415-N3#-####", "312.N4#.####", "+1 617 N3# ####", "206 N4# ####", "1-305-N3#-####",
           "+1 (503) N3#-####", "+1415N3#####", "001 212 N3# ####"),
    "GB": ("020 7### ####", "020 8### ####", "0161 4## ####", "07911 ######", "07400 ######", "+44 20 7### ####",
           "+44 (0)20 7### ####", "+447911######", "0044 161 4## ####", "02079######", "(0131) 4## ####",
           "07911-###-###"),
    "DE": ("030 N#######", "030/N######", "0171 N######", "0176/N#######", "(089) N######", "+49 30 N#######",
           "+49 (0)171 N######", "0049 151 N#######", "040-N######", "0171-N## ## ##", "+4917N########"),
    "FR": ("01 42 ## ## ##", "04.72.##.##.##", "06 12 ## ## ##", "07-81-##-##-##", "+33 1 42 ## ## ##",
           "+33 (0)6 12 ## ## ##", "0033 6 12 ## ## ##", "06 13 ######", "0612######"),
    "ES": ("612 ### ###", "91 4## ## ##", "+34 612 ### ###", "+34 91 4## ## ##", "0034 612 ### ###", "655 ## ## ##",
           "93 4## ## ##"),
}  # fmt: skip
_ENGLISH_CALLS = (
    "please call me on @", "Ring @ after five", "you can reach us at @.", "my mobile is @, thanks",
    "nobody answers @", "I rang @ three times and waited 40 minutes", "@ is never picked up",
    "Hotline (@) was engaged all day!", "phone:@", "10/10 service, but @ was dead on 12/03/2026",
)  # fmt: skip
_AROUND_PHONES = {
    "US": _ENGLISH_CALLS,
    "GB": _ENGLISH_CALLS,
    "DE": (
        "Bitte rufen Sie mich unter @ zurück", "meine Nummer: @", "Unter @ geht niemand ran", "Hotline @ immer besetzt",
        "erreichbar bin ich tagsüber, @", "Tel. @ oder schriftlich",
    ),
    "FR": (
        "rappelez-moi au @ svp", "mon portable est le @", "le @ ne répond jamais", "Service client injoignable (@)",
        "j'ai appelé le @ trois fois",
    ),
    "ES": (
        "llámenme al @ por favor", "mi móvil es el @", "nadie contesta en el @", "teléfono @, gracias",
        "he llamado al @ varias veces",
    ),
}  # fmt: skip
_AROUND = {
    "e-mail": (
        "write to @ please", "my address is @.", "I wrote to @, no answer", "Mail an @ kam zurück", "(@)",
        "contactez-moi : @", "escríbanme a @", "From: @ Subject: refund", "@ has not replied",
    ),
    "url": ("see @", "I found it on @.", "screenshot (@)", "siehe @, dort steht es", "@ does not load",
            "lien : @ merci"),
    "card": (
        "charged twice on @", "my card @ was refused", "Karte @ abgelehnt", "carte @ débitée deux fois", "Visa @!",
        "tarjeta @ bloqueada",
    ),
    "iban": (
        "refund to @ please", "IBAN: @", "Bitte auf @ überweisen", "virement sur @, merci", "cuenta @",
        "my account @ was charged twice",
    ),
    "ip": ("login from @ was not me", "blocked my ip @", "server @ times out", "meine IP @ ist gesperrt",
           "ping @ fails"),
}  # fmt: skip
_AROUND_NAMES = (
    "{name:Anna Koch} was very helpful", "I spoke to {name:Will} and he sorted it", "thanks to {name:Priya}!",
    "Frau {name:Koch} hat mir sofort geholfen", "Herr {name:Müller} war unfreundlich", "{name:Siobhán} never rang back",
    "please send {name:Mark} our regards", "our contact {name:Rose Young} left", "ask for {name:van Dyke} at reception",
    "Mme {name:Lefèvre} a été parfaite", "{name:María} me ayudó mucho", "{name:O'Brien} fixed it",
    "{name:jürgen mueller} ruft nie zurück", "the engineer, {name:Olumide}, knew his trade",
    "{name:KATARZYNA WIŚNIEWSKA} IS THE BEST", "感谢{name:王伟}的帮助", "{name:Petra Schmidt} und ihr Team sind super",
    "we deal with {name:Harbour Freight} and they agree", "{name:Will} was great", "it was {name:Grace} who helped",
    "{name:A. Koch} signed the letter", "Mr {name:Baker} promised a refund", "{name:Lena}'s answer was quick",
    "support by {name:Jean-Pierre} is excellent", "{name:priya} was so kind", "{name:Schmidt, Petra} unterschrieb",
)  # fmt: skip
_HARMLESS_NUMBERS = {
    "order": "4#########", "long": "8###############", "short": "#####", "big": "N ### ###", "money": "1#,###.##",
    "hour": "1#", "minute": "3#", "day": "1#", "month": "0N", "one": "N", "two": "N#", "dotted": "N.###.###",
    "patch": "N.1#.#", "ten": "6########", "sku": "#-###-##",
}  # fmt: skip
_HARMLESS = (
    "order {order} has not arrived", "Order no. {order} was late, invoice 2026-{short}",
    "Rechnung Nr. {order} ist falsch", "ma commande {order} est en retard", "pedido {ten} sin entregar",
    "tracking number {long} shows nothing", "the price went from {money} to {money}", "we paid $ {big} for nothing",
    "{big} € pour rien", "it costs {dotted} EUR", "10/10 would buy again", "available 24/7, great",
    "since 31.12.2026 nothing works", "on 2026-03-{day} at {hour}:{minute}", "update to version {patch} broke it",
    "v2.{patch} crashes", "app version 10.2.{one}.{one} crashes on Android 14",
    "waited {two} minutes, then {two} more", "from 9 to 5, {one} days a week", "rated {one}/10 by {two} colleagues",
    "room {short}, floor {one}", "article {sku} is missing", "ticket #{order} closed without an answer",
    "customer number {ten}", "Kundennummer {ten}", "it took {two} days and {one} calls",
    "{day}/{month}/2026 was the worst day", "Will you ever answer?", "mark my words, the price will rise",
    "The young staff were great", "in may it was slow", "I hope for the best", "der Koch war gut, das Essen auch",
    "Bäcker und Müller im Dorf sind besser", "a rose is a rose", "the fee is too high", "Orange juice was fine",
    "our target is growth", "cheaper on booking.com", "follow @acme for news", "service and/or support",
    "5 @ 3.50 each", "great.Thanks a lot", "he/she/they were kind", "C++ and std::vector questions",
    "winter tyres were late", "joy to use", "grace period too short", "Great value!", "Sehr gut, immer wieder",
    "très bien", "+1 for the new app", "-great", "=cheap", "a ratio of 3:1 at 10:30:45", "size 12.5 x 30 x 45 cm",
    "the 2019/2020 season", "section 4.2.1.3 of the contract", "IMEI {long}", "serial 4-{short}-{short}",
    "iPhone 14, iOS 17.2.1", "ISO 9001 2015", "from page 100 to page 2000", "won 6 4 6 3 7 5", "1 415 555",
    "+1 415 555", "postcode SW1A 1AA", "75008 Paris", "10115 Berlin", "flight BA 2490 to LHR", "E10 petrol and B12",
    "at 4 dot 5 percent", "look at the dot on the map",
)  # fmt: skip


def _email(pick: _Pick) -> str:
    local = pick.of(("jo", "anna.koch", "j_doe99", "m+nps", "info", "jürgen", "x.y-z", "O'Neil", "maría.garcía"))
    domain = pick.of(("example.com", "mail.example.co.uk", "firma-gmbh.de", "exemple.fr", "EXAMPLE.ORG", "müller.de"))
    at = pick.of(("@", "@", "@", "@", "@", " (at) ", "[at]", "@\u200b", "\u200b@"))
    return f"{local}{at}{domain}"


def _url(pick: _Pick) -> str:
    host = pick.of(("example.com", "www.example.co.uk", "shop.example.de", "127.0.0.1:8080", "exämple.fr"))
    path = pick.of(("", "/", "/a/b.html", "/?user=jo&id=77", "/#top", "/u/jo@example.com", "/wiki/A_(b)"))
    return f"{pick.of(('http://', 'https://', 'HTTPS://'))}{host}{path}"


def _card(pick: _Pick) -> str:
    prefix, length = pick.of((("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16)))  # type: ignore[assignment]
    digits = pick.digits(prefix + "#" * (int(length) - len(prefix) - 1))
    digits += next(one for one in "0123456789" if _luhn(digits + one))
    separator = pick.of(("", " ", "-", "\u00a0"))
    cuts = (4, 10, 15) if int(length) == 15 else (4, 8, 12, 16)
    return separator.join(digits[start:end] for start, end in zip((0, *cuts), cuts, strict=False))


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value // 10 + value % 10
    return total % 10 == 0


def _iban(pick: _Pick) -> str:
    country, bank = pick.of(
        (
            ("DE", "#" * 18),
            ("FR", "#" * 11 + "A" + "#" * 11),
            ("GB", "WEST" + "#" * 14),
            ("ES", "#" * 20),
            ("NL", "ABNA" + "#" * 10),
        )
    )  # type: ignore[assignment]
    account = pick.digits(bank)
    as_number = int("".join(str(int(one, 36)) for one in f"{account}{country}00"))
    iban = f"{country}{98 - as_number % 97:02d}{account}"
    style = pick.of(("plain", "groups", "groups", "small"))
    if style == "groups":
        return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
    return iban.lower() if style == "small" else iban


def _ip(pick: _Pick) -> str:
    return pick.digits(
        pick.of(
            ("1#.2#.1#.2#", "192.168.1.1#", "10.0.1#.1", "2001:db8::N##:1", "fe80::1ff:fe23:4567:890a", "203.0.113.N")
        )
    )


def hard_cases() -> Iterator[Labelled]:
    """Yield the hand-written cases."""
    yield from (labelled(one, "hand") for one in HARD_CASES)


HARD_CASES = (
    # Addresses that hide.
    "write to {e-mail:jo.doe (at) example (dot) com} please",
    "{e-mail:jo [at] example [punkt] de}",
    "my mail is {e-mail:jo dot doe at gmail dot com} thx",
    "{e-mail:jodoe at gmail.com}",
    "{e-mail:jo{at}example.com}".replace("{at}", "<at>"),
    "{e-mail:jo\u200bhn@exa\u200bmple.com}",
    "{e-mail:john\u00ad@example.com}",
    "{e-mail:john＠example.com} in wide letters",
    "请发邮件到{e-mail:john@example.com}谢谢",
    "mail:{e-mail:john@example.com};{e-mail:anna@example.org}",
    "{e-mail:mailto:john@example.com}",
    "reach {e-mail:first.last+tag@sub.domain.example.museum}!",
    "it is {e-mail:john.doe @ example.com}",
    "пишите на {e-mail:иван@пример.рф}",
    "{e-mail:a@b.co}",
    "thanks {e-mail:jo@example.com}.The rest was fine",
    "'{e-mail:jo@example.com}' bounced",
    "cheaper @ example.com than here",
    "meet me at the dot com conference",
    "I bought it at yahoo.com",
    "order at amazon.com was quicker",
    "twitter: @jodoe",
    "@ 10.30 sharp",
    # Links.
    "{url:www.example.com} is down",
    "look: {url:https://example.com/a,b;c}, ok?",
    "({url:https://en.wikipedia.org/wiki/Queue_(abstract_data_type)})",
    "my profile {url:example.com/users/jo-doe-77}",
    "{url:ftp://files.example.com/x.zip}",
    "看{url:https://example.com/x}吧",
    "booking.com and amazon.de are cheaper",
    "node.js and asp.net questions",
    "see section a.b/c",
    "end of sentence.Next one/other one",
    # Phones.
    "Call {phone:555-0199} today",
    "tel {phone:07700 900123}",
    "{phone:+44 7700 900123} or {phone:+1 (202) 555-0143}",
    "{phone:030/1234567}",
    "{phone:0711-6 39 92 10}",
    "{phone:020 7946 0958} / {phone:07911 123456}",
    "{phone:٠٢٠ ٧٩٤٦ ٠٩٥٨}",
    "{phone:020 7946 0958} at 14:30",
    "on 12.03.2026 {phone:030 23125 123} rang",
    "{phone:01 23 45 67 89}, {phone:06.12.34.56.78}",
    "{phone:612 345 678}",
    "call {phone:4155552671} now",
    "{phone:+33 (0)1 23 45 67 89}",
    "{phone:0033 1 23 45 67 89}",
    "{phone:+49-30-901820}",
    "{phone:+52 55 1234 5678} from abroad",
    "{phone:020\u200b7946\u200b0958}",
    "{phone:(415) 555-2671}x12".replace("x12", " x12"),
    "WhatsApp {phone:+5511987654321}",
    "2 calls to {phone:020 7946 0958} 14 days ago",
    "meine Handynummer lautet {phone:01512 3456789}",
    "invoice 4155552671",
    "order number 415 555 2671",
    "Bestellnr. 030 1234567",
    "the numbers 2026-03-31 and 20260331",
    "31.03.2026 14:30",
    "12/03/26 10/10",
    "we are 612 345 678 people",
    "612.345.678 visitors",
    "population 67 000 000",
    "20 30 40 50 60 70 80",
    "7 8 9 10",
    "1-2-3-4-5-6-7",
    "1,234,567,890",
    "1234567",
    "12345678901234567890123",
    "99.9% of 1000000",
    "in 2019, 2020, 2021 and 2022",
    "between 1 000 000 and 2 000 000",
    "£1 200 000 lost",
    "#0123456789",
    "ref: 020 7946 0958",
    "Aktenzeichen 030 1234567",
    "open 08:00-18:00, sat 09-12",
    "busy 0830-0930 and 2100-2359",
    "closed from 08.20-09.40",
    "score 9 9 9 8 10 7 6 5 4",
    # Cards and accounts.
    "{card:4111111111111111}",
    "{card:4111-1111-1111-1111} exp 12/27",
    "{card:3782 822463 10005}",
    "card {card:5500 0055 5555 5559} cvc 123",
    "{card:6011 1111 1111 1117}",
    "order 4111 1111 1111 1112",
    "1234 5678 9012 3456",
    "0000 0000 0000 0000",
    "ISBN 978-3-16-148410-0",
    "EAN 4006381333931",
    "IMEI 490154203237518",
    "{iban:DE89 3704 0044 0532 0130 00}",
    "{iban:gb82west12345698765432}",
    "{iban:FR14 2004 1010 0505 0001 3M02 606} merci",
    "{iban:NL91-ABNA-0417-1643-00}",
    "IBAN{iban:DE89370400440532013000}".replace("IBAN{", "IBAN {"),
    "DE89 3704 0044 0532 0130 01",
    "AB12 3456 7890 1234",
    "PO12 is the code",
    # IP addresses.
    "from {ip:192.168.0.17}, twice",
    "{ip:2001:0db8:85a3:0000:0000:8a2e:0370:7334}",
    "{ip:10.0.0.0/8} is blocked",
    "host {ip:203.0.113.9:8443}",
    "version 10.2.0.1 and v1.2.3.4",
    "firmware 5.10.20.30",
    "256.1.2.3",
    "1.2.3 and 1.2.3.4.5",
    "10:30:45 and 12:00",
    "std::vector and a::b",
    "chapter 1.2.3.4",
    # Names.
    "Will you tell {name:Will} that Mark's words mark me?".replace("Mark's words", "my words"),
    "{name:Mark} helped; mark it down",
    "MARK THIS: I WILL NOT PAY",
    "I met {name:Rose Young} under a young rose",
    "Rose prices rose in winter",
    "May I speak to {name:Anna}?",
    "hope, grace and joy",
    "thank you {name:Joy}",
    "Frau {name:Winter} im Winter",
    "Im Winter war es kalt",
    "the {name:Koch, Anna} file",
    "Koch und Kellner waren nett",
    "{name:Anna-Koch}",
    "annamaria is another one",
    "Kochs Rezept",
    "{name:ANNA} WAS RUDE",
    "{name:dick van dyke} answered",
    "a van is a van",
    "van dyke".replace("van dyke", "{name:van dyke}"),
    "{name:Garcia Lopez} sin acentos",
    "{name:Bo Li} is fine, Bo alone is not",
    "{name:Blumen Krause} liefert spät",
    "Blumen waren frisch",
    "Initech is our company",
    "no fee, low fee",
    "{name:Lena Fee} charged a fee",
    "{name:T. Bäcker} hat unterschrieben",
    "der Bäcker um die Ecke",
    "{name:Thomas} und {name:Priya} sind top",
    "王伟大".replace("王伟", "{name:王伟}"),
    "you WILL regret this",
    "Will never buy again",
    "in May 2014 and on 2 May",
    "10hr long haul",
    "I miss grace and joy",
    "the church of St Anna",
    "we met Mr {name:Winter} in winter",
    # Nothing at all, in many scripts.
    "非常好的服务",
    "สินค้าดีมาก",
    "خدمة ممتازة",
    "Отличный сервис, 10 из 10",
    "素晴らしい！",
    "👍👍👍",
    "[e-mail] and [phone] were taken out before",
    "",
)
