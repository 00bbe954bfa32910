"""Small and capital letters: one letter for one letter, in an engine that may make it several."""

from __future__ import annotations

import unicodedata

from sqlglot import exp

# Every blank of Unicode's class "space separator"; a tab or a line's end is none.
BLANKS = "".join(
    sign for sign in map(chr, range(0x20, 0x3001)) if unicodedata.category(sign) == "Zs"
)
# Their capital is one letter to DuckDB and several to Java, as is that of ß.
_IOTA = "ᾀᾁᾂᾃᾄᾅᾆᾇᾐᾑᾒᾓᾔᾕᾖᾗᾠᾡᾢᾣᾤᾥᾦᾧᾳῃῳ"
_CAPITAL_IOTA = "ᾈᾉᾊᾋᾌᾍᾎᾏᾘᾙᾚᾛᾜᾝᾞᾟᾨᾩᾪᾫᾬᾭᾮᾯᾼῌῼ"


def lower_in_spark(node: exp.Expr) -> exp.Expr:
    """LOWER without Java's two surprises: a dotted I gets a loose dot, a sigma looks around."""
    one = exp.func(
        "TRANSLATE", node.this.copy(), *map(exp.Literal.string, ("\u0130\u03a3", "i\u03c3"))
    )
    return exp.Lower(this=one)


def upper_in_spark(node: exp.Expr) -> exp.Expr:
    """UPPER letter by letter: what would become several letters stays one."""
    letter = exp.to_identifier("letter")
    upper = exp.Upper(this=exp.column(letter.copy()))
    one = exp.EQ(this=exp.Length(this=upper.copy()), expression=exp.Literal.number(1))
    special = map(exp.Literal.string, ("ß" + _IOTA, "ẞ" + _CAPITAL_IOTA))
    other = exp.func("TRANSLATE", exp.column(letter.copy()), *special)
    each = exp.Lambda(this=exp.Case().when(one, upper).else_(other), expressions=[letter])
    signs = exp.func("SPLIT", node.this.copy(), exp.Literal.string(""), dialect="spark")
    return exp.Anonymous(
        this="ARRAY_JOIN",
        expressions=[
            exp.Anonymous(this="TRANSFORM", expressions=[signs, each]),
            exp.Literal.string(""),
        ],
    )
