"""The companies of a block: name, domain, place, size, and how well they suit the product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadline.demo.draws import Floats, Ints, Part, pick, stream
from leadline.demo.names import LANGUAGES, fold

# Domains of the competition, the same in every demo: models name them.
COMPETITORS = (
    ("Northsounding", "northsounding.example"),
    ("Plumbline", "plumbline.example"),
    ("Fathomworks", "fathomworks.example"),
)
# code, language, weight, legal form, cities
COUNTRIES = (
    ("PL", "pl", 18, "Sp. z o.o.", "Warszawa,Kraków,Gdańsk,Wrocław,Łódź,Poznań"),
    ("DE", "de", 17, "GmbH", "Berlin,München,Köln,Hamburg,Düsseldorf,Nürnberg"),
    ("AT", "de", 3, "GmbH", "Wien,Graz,Linz"),
    ("CH", "de", 3, "AG", "Zürich,Basel,Bern"),
    ("FR", "fr", 11, "SAS", "Paris,Lyon,Nîmes,Besançon,Orléans"),
    ("BE", "fr", 2, "SRL", "Bruxelles,Liège,Namur"),
    ("RO", "ro", 8, "S.R.L.", "București,Cluj-Napoca,Iași,Timișoara,Brașov"),
    ("GB", "en", 12, "Ltd", "London,Leeds,Bristol,Edinburgh,Manchester"),
    ("IE", "en", 2, "Ltd", "Dublin,Cork"),
    ("US", "en", 11, ", Inc.", "Boston,Austin,Chicago,Denver,Seattle"),
    ("SE", "nordic", 4, "AB", "Stockholm,Göteborg,Malmö"),
    ("NO", "nordic", 2, "AS", "Oslo,Bergen,Tromsø"),
    ("DK", "nordic", 2, "ApS", "København,Århus,Ålborg"),
    ("FI", "nordic", 2, "Oy", "Helsinki,Jyväskylä,Tampere"),
    ("ES", "es", 6, "S.L.", "Madrid,Málaga,A Coruña,Barcelona,Cádiz"),
)
# name, weight, suitability
INDUSTRIES = (
    ("Software", 18, 0.5),
    ("Manufacturing", 17, 0.3),
    ("Financial services", 10, 0.5),
    ("Retail", 11, -0.1),
    ("Logistics", 9, 0.2),
    ("Healthcare", 8, 0.0),
    ("Professional services", 12, 0.1),
    ("Media", 5, -0.2),
    ("Education", 5, -0.5),
    ("Public sector", 5, -0.4),
)
LANGUAGE_OF = np.array([LANGUAGES.index(country[1]) for country in COUNTRIES])
PER_CONTACT = 5 / 16  # companies for each contact

_STARTS = (
    "Al Bal Cor Dan El Fen Gra Hel Iso Jun Kar Lum Mer Nor Or Pol Quen Ras Sol Tor Ul Ver Wen Zen"
)
_ENDS = (
    "tora vista nika mont dara field lund wick tek gard ria stone via nova berg line plex den sys"
)
_TRADES = (
    "Systems Logistik Software Foods Labs Energia Technik Finance Health Media Retail Consulting "
    "Packaging Robotics Transport Pharma Analytics Bau Textil Marine Optics Elektro Design Cloud "
    "Networks Precision Solar Travel Security Learning Insurance Print Motors Aero Agro Chemie"
)
_WIDER = " ,Group,North,South,West,East,Digital,Partners,Europe,International,Baltic,Central,One"
_NAMES = [f"{a}{b} {c}" for c in _TRADES.split() for b in _ENDS.split() for a in _STARTS.split()]
_STRIDE = 7_919  # a prime: neighbours in the file do not share a first syllable


@dataclass(frozen=True, slots=True)
class Companies:
    """One entry per company; texts are lists, the rest are arrays of the same length."""

    names: list[str]
    domains: list[str]
    country: Ints  # index into COUNTRIES
    industry: Ints  # index into INDUSTRIES
    employees: Ints
    revenue: Ints
    weight: Floats  # how many of the block's contacts work there
    suits: Floats  # hidden: suitability by size and industry
    intent: Floats  # hidden: how much the company needs it
    start: Floats  # hidden: day of the year at which its interest would begin
    scanner: Ints  # 1 where a security gateway clicks every link of every e-mail


def draw_companies(seed: int, block: int, contacts: int) -> Companies:
    """The companies that employ the contacts of a block; no two of any demo share a domain."""
    rng = stream(seed, block, Part.COMPANIES)
    count = max(1, round(contacts * PER_CONTACT))
    country = pick(rng, [c[2] for c in COUNTRIES], count)
    industry = pick(rng, [i[1] for i in INDUSTRIES], count)
    employees = np.clip(rng.lognormal(4.2, 1.7, count), 1, 250_000).astype(np.int64)
    revenue = employees * rng.lognormal(11.6, 0.6, count)
    quoted = rng.random(count) < 0.03
    named = [_identity(seed, block * count + k) for k in range(count)]
    return Companies(
        names=[
            _full_name(name, int(place), bool(marks))
            for (name, _), place, marks in zip(named, country, quoted, strict=True)
        ],
        domains=[domain for _, domain in named],
        country=country,
        industry=industry,
        employees=employees,
        revenue=np.round(revenue, -3).astype(np.int64),
        weight=rng.lognormal(0.0, 0.8, count) * np.log10(employees + 9),
        suits=_suits(employees) + np.array([i[2] for i in INDUSTRIES])[industry],
        intent=rng.standard_normal(count),
        start=rng.uniform(-60, 365, count),
        scanner=((rng.random(count) < 0.12) & (employees > 200)).astype(np.int64),
    )


def _suits(employees: Ints) -> Floats:
    bands = np.array([-0.6, -0.1, 0.5, 0.7, 0.3])
    return np.asarray(bands[np.searchsorted([10, 50, 250, 2_000], employees, side="right")])


def _identity(seed: int, number: int) -> tuple[str, str]:
    wider = _WIDER.split(",")
    turn, place = divmod(number, len(_NAMES))
    again, turn = divmod(turn, len(wider))
    base = _NAMES[(place * _STRIDE + seed) % len(_NAMES)]
    name = " ".join(
        part for part in (base, wider[turn].strip(), str(again + 1) * (again > 0)) if part
    )
    return name, fold(name.replace(" ", "-")) + ".example"


def _full_name(name: str, country: int, quoted: bool) -> str:
    form = COUNTRIES[country][3]
    shown = f'"{name}"' if quoted else name
    return shown + form if form.startswith(",") else f"{shown} {form}"
