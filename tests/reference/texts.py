"""What LIKE, ILIKE, regular expressions and the functions of one text mean, letter by letter."""

from __future__ import annotations

import re
import unicodedata

# One letter for one letter, as the engine does it: Python's own rules write these as several.
_UPPER_IN_ONE = str.maketrans(
    {
        "ß": "ẞ",
        **dict(zip("ᾀᾁᾂᾃᾄᾅᾆᾇᾐᾑᾒᾓᾔᾕᾖᾗᾠᾡᾢᾣᾤᾥᾦᾧᾳῃῳ", "ᾈᾉᾊᾋᾌᾍᾎᾏᾘᾙᾚᾛᾜᾝᾞᾟᾨᾩᾪᾫᾬᾭᾮᾯᾼῌῼ", strict=True)),
    }
)


def lower(text: str) -> str:
    """Every letter by itself in lower case; a capital dotted I loses its dot."""
    return "".join(letter.lower()[0] for letter in text)


def upper(text: str) -> str:
    """Every letter by itself in upper case, where one letter can say it."""
    return "".join(_upper_letter(letter) for letter in text.translate(_UPPER_IN_ONE))


def _upper_letter(letter: str) -> str:
    found = letter.upper()
    return found if len(found) == 1 else letter


def trim(text: str) -> str:
    """The text without blanks around it; a tab or a line's end is no blank."""
    start, end = 0, len(text)
    while start < end and unicodedata.category(text[start]) == "Zs":
        start += 1
    while end > start and unicodedata.category(text[end - 1]) == "Zs":
        end -= 1
    return text[start:end]


def like(text: str, pattern: str, *, fold: bool) -> bool:
    """% is any text, _ any one character, and everything else itself."""
    if fold:
        text, pattern = lower(text), lower(pattern)
    # Places in the text that the pattern read so far can end at.
    places = {0}
    for sign in pattern:
        if sign == "%":
            places = set(range(min(places), len(text) + 1)) if places else places
        else:
            places = {
                place + 1 for place in places if place < len(text) and sign in ("_", text[place])
            }
    return len(text) in places


def found(text: str, pattern: str) -> bool:
    r"""The pattern is somewhere in the text; \d and \w are ASCII, $ is the very end."""
    return re.search(_anchored(pattern), text, re.ASCII) is not None


def _anchored(pattern: str) -> str:
    """Python's $ also stands before a last line end: \\Z does not."""
    signs, position, in_class = [], 0, False
    while position < len(pattern):
        sign = pattern[position]
        if sign == "\\":
            sign = pattern[position : position + 2]
        elif sign == "[":
            in_class = True
        elif sign == "]":
            in_class = False
        elif sign == "$" and not in_class:
            sign = r"\Z"
        signs.append(sign)
        position += 2 if len(sign) == 2 and sign != r"\Z" else 1
    return "".join(signs)
