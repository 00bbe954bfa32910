"""Names of people in the languages of the demo market, with the diacritics they really have."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

LANGUAGES = ("en", "pl", "de", "fr", "ro", "nordic", "es")

_FEMALE = {
    "en": "Olivia Emma Grace Hannah Charlotte Amelia Lucy Sophie Megan Rachel Laura Victoria",
    "pl": "Anna Małgorzata Zofia Katarzyna Agnieszka Joanna Elżbieta Łucja Maja Żaneta Ewa Iga",
    "de": "Sabine Käthe Gisela Anneliese Heike Birgit Lena Mia Jana Franziska Ute Silke",
    "fr": "Chloé Amélie Élodie Hélène Camille Inès Zoé Océane Manon Margaux Aurélie Noémie",
    "ro": "Ioana Ștefania Mădălina Cătălina Andreea Anca Raluca Oana Simona Elena Mihaela Bianca",
    "nordic": "Astrid Åsa Ingrid Sølvi Märta Freja Aino Päivi Linnéa Ragnhild Signe Maja",
    "es": "Lucía María Sofía Begoña Inés Carmen Rocío Elena Núria Paula Marta Pilar",
}
_MALE = {
    "en": "Oliver George Harry Jack Thomas James William Daniel Matthew Andrew Liam Ewan",
    "pl": "Łukasz Piotr Paweł Michał Krzysztof Tomasz Wojciech Grzegorz Jakub Mateusz Jan Szymon",
    "de": "Jürgen Björn Günter Stefan Matthias Lukas Jörg Thomas Markus Sönke Felix Uwe",
    "fr": "François Rémi Jérôme Loïc Étienne Mathieu Théo Gaël Benoît Antoine Hugo Cédric",
    "ro": "Ștefan Ionuț Mihai Andrei Răzvan Cătălin Bogdan Sorin Vlad Dragoș Radu Șerban",
    "nordic": "Björn Søren Håkon Åke Mikko Väinö Lars Jørgen Öystein Nils Anders Eero",
    "es": "José Andrés Álvaro Íñigo Javier Raúl Jesús Sergio Martín Iván Pablo Víctor",
}
_LAST = {
    "en": "Smith Jones O'Connor Taylor Walker Wright Hughes Edwards Wood Fletcher Carter Quinn "
    "Ashworth Barlow Whitfield Thornton Pembroke MacLeod Doyle Hargreaves",
    "pl": "Nowak Wójcik Wiśniewski Dąbrowski Kamiński Kowalczyk Zieliński Szymański Woźniak "
    "Kozłowski Jankowski Mazur Krawczyk Piotrowski Grabowski Pawłowski Król Wróbel Gołąb Żak",
    "de": "Müller Schäfer Weiß Schröder Krüger Köhler Jäger Groß Böhm Hoffmann Schulz Becker "
    "Lindemann Vogt Brandt Kühn Öztürk Friedrich Straßer Engel",
    "fr": "Lefèvre Gérard Dupré Bénard Lacroix Moreau Garçon Hervé Noël Besançon Rousseau "
    "Chevalier Fournier Mercier Girard Béranger D'Aubigné Vidal Perrin Guérin",
    "ro": "Popescu Ionescu Dumitrașcu Stănescu Bălan Țîrlea Munteanu Șerbănescu Drăgan Georgescu "
    "Mihăilă Rusu Lupu Constantinescu Neagu Moldoveanu Câmpeanu Vasile Crăciun Olaru",
    "nordic": "Åkesson Sørensen Lindqvist Öberg Håkansson Jørgensen Virtanen Mäkinen Björklund "
    "Nygård Hämäläinen Østergaard Sjöström Lund Dahl Ångström Bergström Solberg Koskinen Holm",
    "es": "García Muñoz Núñez Peña Ibáñez Sánchez Gómez Rodríguez Pérez Martínez López Ordóñez "
    "Zúñiga Castaño Vázquez Ramírez Iglesias Cañizares Ortega Molina",
}
# Letters that Unicode does not decompose into a base letter and an accent.
_WHOLE = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "ß": "ss", "đ": "d", "'": "", " ": "-"})


@dataclass(frozen=True, slots=True)
class NameTable:
    """Every name once, "" first; `first` and `last` are (language, gender) grids of indices."""

    texts: tuple[str, ...]
    slugs: tuple[str, ...]
    first: npt.NDArray[np.int64]  # language x gender (0 female, 1 male) x choice
    last: npt.NDArray[np.int64]


def fold(text: str) -> str:
    """The text as it stands in an address: lower case, ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_WHOLE))
    return "".join(
        letter for letter in plain if letter.isascii() and (letter.isalnum() or letter == "-")
    )


@cache
def name_table() -> NameTable:
    """All names of all languages, numbered."""
    texts = [""]
    first = [[_number(texts, _FEMALE[lang]), _number(texts, _MALE[lang])] for lang in LANGUAGES]
    last = [[_number(texts, _feminine(lang)), _number(texts, _LAST[lang])] for lang in LANGUAGES]
    return NameTable(tuple(texts), tuple(map(fold, texts)), np.array(first), np.array(last))


def _feminine(language: str) -> str:
    """Polish surnames in -ski take -ska; elsewhere both genders share one form."""
    names = _LAST[language]
    return names.replace("ski ", "ska ") if language == "pl" else names


def _number(texts: list[str], names: str) -> list[int]:
    start = len(texts)
    texts.extend(names.split())
    return list(range(start, len(texts)))
