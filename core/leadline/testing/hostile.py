"""Texts that have broken importers before; each must arrive as it was put."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

HOSTILE_VALUES: Mapping[str, str] = MappingProxyType(
    {
        "accents": "Zoë Łukasiewicz-Ñandú",
        "combining accents": "Zoe\u0308",
        "emoji": "\U0001f469\u200d\U0001f680 \U0001f3f3\ufe0f\u200d\U0001f308 \U0001d4b3",
        "right to left": "שלום \u200f\u0645\u0631\u062d\u0628\u0627\u200e",
        "chinese": "北京市朝阳区",
        "quotes": 'the "big" O\'Neill "" `x` \'\'',
        "newlines": "first\nsecond\r\nthird",
        "line separators": "first\u2028second\u0085third",
        "delimiters": "a,b;c\td|e",
        "backslashes": "C:\\new\\table\\",
        "formula": '=HYPERLINK("http://example.invalid","x")',
        "plus": "+48 600 100 200",
        "minus": "-1+1",
        "at sign": "@SUM(A1)",
        "apostrophe": "'=1",
        "very long": "0123456789" * 3_000,
        "nul": "a\x00b",
        "leading zeros": "007",
        "exponent": "1e5",
        "word null": "NULL",
        "word nan": "NaN",
        "word true": "true",
        "sql": "Robert'); DROP TABLE contacts;--",
        "markup": "<script>alert(1)</script>&amp;",
        "wildcards": "100%_\\%",
    }
)
