"""Conditions as people write them: text made from a grammar over typed fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from leadline.vocabulary import FieldType
from tests.laws import pools

Fields = Mapping[str, FieldType]
Texts = SearchStrategy[str]

NUMERIC = (FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY)
_COMPARE = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
_PATTERNS = [
    "%", "_", "CEO", "ceo%", "%sales", "%o_S%", "a\\_b", "a_b", "100%%", "%ü%", "%SS%", "i%", "ü_",
    "%\n%", "%'%", "__", "%/pricing%",
]  # fmt: skip
_REGULAR = [
    "a", "^a", "a$", "^.$", "[a-z]+", r"\d", r"\w\w", "^[^a]*$", "(head|chief) of", "a{2}", "a|^$",
    r"/pricing(\?.*)?$", "Stra(ss|ß)e", "lines?$", "^two.lines", r"\D\W?", "(?:ab?)*b", "[ü]",
    "a{1,3}?b",
]  # fmt: skip


def conditions(fields: Fields, lists: Sequence[str] = (), segments: Sequence[str] = ()) -> Texts:
    """A condition over these fields, a few levels deep.

    lists, segments: what in_list and in_segment may name. Where `properties` is a field, single
    properties are asked for.
    """
    return st.recursive(_plain(fields, lists, segments), _joined, max_leaves=5)


def quoted(text: str) -> str:
    """A text constant."""
    return "'" + text.replace("'", "''") + "'"


def constant(kind: FieldType) -> Texts:
    """A constant of a type, as it is written."""
    if kind is FieldType.TEXT:
        return pools.known(kind).map(lambda value: quoted(str(value)))
    if kind is FieldType.DATE:
        return st.sampled_from(pools.DAYS).map(lambda day: quoted(day.isoformat()))
    if kind is FieldType.INSTANT:
        return st.sampled_from(pools.INSTANTS).map(_instant)
    if kind is FieldType.BOOLEAN:
        return st.sampled_from(["TRUE", "FALSE"])
    whole, fractions = map(str, pools.WHOLE), map(str, pools.FRACTIONS)
    return st.sampled_from([*whole, *fractions, *pools.MONEY])


def _instant(value: date) -> str:
    assert isinstance(value, datetime)
    return quoted(value.isoformat())


def _joined(inner: Texts) -> Texts:
    return st.one_of(
        st.builds("{} AND {}".format, inner, inner),
        st.builds("{} OR {}".format, inner, inner),
        st.builds("({} OR {}) AND {}".format, inner, inner, inner),
        inner.map("NOT ({})".format),
        inner.map("NOT {}".format),
        st.builds(
            "({}) IS {}".format, inner, st.sampled_from(["TRUE", "NOT TRUE", "FALSE", "NULL"])
        ),
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["=", "<>"]), inner),
    )


def _plain(given: Fields, lists: Sequence[str], segments: Sequence[str]) -> Texts:
    """A condition without AND, OR and NOT."""
    fields = {name: kind for name, kind in given.items() if name != "properties"}
    numbers, texts = _numbers(fields), _texts(given)
    any_field = st.sampled_from(sorted(fields))
    choices = [
        st.builds("{} IS {}".format, any_field, st.sampled_from(["NULL", "NOT NULL"])),
        st.builds("{} {} {}".format, numbers, _COMPARE, numbers),
        st.builds("{} BETWEEN {} AND {}".format, numbers, numbers, numbers),
        st.builds("{} IN ({}, {})".format, numbers, *[constant(FieldType.NUMBER)] * 2),
        st.builds("{} {} {}".format, texts, _COMPARE, texts),
        st.builds("{} IN ({}, {})".format, texts, *[constant(FieldType.TEXT)] * 2),
        st.builds("{} {} {}".format, texts, _likes(), _quoted(_PATTERNS)),
        st.builds("REGEXP_MATCHES({}, {})".format, texts, _quoted(_REGULAR)),
        st.builds("CONTAINS({}, {})".format, texts, _quoted(pools.TEXTS)),
        *(_of_kind(name, kind) for name, kind in fields.items()),
    ]
    if lists:
        choices += [st.builds("in_list({}, '{}')".format, texts, st.sampled_from(lists))] * 2
    if segments:
        choices.append(st.sampled_from(segments).map("in_segment('{}')".format))
    return st.one_of(choices)


def _likes() -> Texts:
    return st.sampled_from(["LIKE", "ILIKE", "NOT LIKE", "NOT ILIKE"])


def _quoted(values: list[str]) -> Texts:
    return st.sampled_from(values).map(quoted)


def _of_kind(name: str, kind: FieldType) -> Texts:
    """What only fields of this type can be asked."""
    if kind is FieldType.BOOLEAN:
        tests = ["{}", "{} = TRUE", "{} <> FALSE", "{} IS TRUE", "{} IS NOT FALSE"]
        return st.sampled_from(tests).map(lambda test: test.format(name))
    if kind is FieldType.SET:
        return _quoted(pools.MEMBERS).map(lambda member: f"CONTAINS({name}, {member})")
    if kind in (FieldType.DATE, FieldType.INSTANT):
        return st.one_of(
            st.builds(f"{name} {{}} {{}}".format, _COMPARE, constant(kind)),
            st.builds(f"{{}} {{}} {name}".format, constant(kind), _COMPARE),
            st.builds(f"{name} BETWEEN {{}} AND {{}}".format, constant(kind), constant(kind)),
            st.builds(f"COALESCE({{}}, {name}) > {{}}".format, constant(kind), constant(kind)),
            st.builds(f"COALESCE({name}, {{}}) IN ({{}})".format, constant(kind), constant(kind)),
            st.builds(f"{{}}({name}) {{}} {{}}".format, _counted(), _COMPARE, _days()),
        )
    return st.builds(f"{name} {{}} {{}}".format, _COMPARE, constant(kind))


def _counted() -> Texts:
    return st.sampled_from(["days_since", "days_until", "age_years"])


def _days() -> Texts:
    return st.sampled_from(["-1", "0", "1", "89", "90", "366"])


def _fields(fields: Fields, *kinds: FieldType) -> Texts:
    return st.sampled_from([name for name, kind in fields.items() if kind in kinds])


def _numbers(fields: Fields) -> Texts:
    field, number = _fields(fields, *NUMERIC), constant(FieldType.NUMBER)

    def wider(inner: Texts) -> Texts:
        return st.one_of(
            st.builds("({} {} {})".format, inner, st.sampled_from(list("+-*/")), inner),
            st.builds("COALESCE({}, {})".format, inner, inner),
            inner.map("-({})".format),
        )

    days = _fields(fields, FieldType.DATE, FieldType.INSTANT)
    ages = st.builds("{}({})".format, _counted(), days)
    lengths = _texts(fields).map("LENGTH({})".format)
    return st.recursive(st.one_of(field, field, number, lengths, ages), wider, max_leaves=3)


def _texts(fields: Fields) -> Texts:
    def wider(inner: Texts) -> Texts:
        functions = st.sampled_from(["LOWER", "UPPER", "TRIM"])
        return st.one_of(
            st.builds("{}({})".format, functions, inner),
            st.builds("COALESCE({}, {})".format, inner, constant(FieldType.TEXT)),
        )

    field = _fields({**fields, "properties": FieldType.SET}, FieldType.TEXT)
    if "properties" in fields:
        key = st.sampled_from(pools.PROPERTY_KEYS)
        field = st.one_of(field, key.map("properties['{}']".format))
    return st.recursive(st.one_of(field, field, constant(FieldType.TEXT)), wider, max_leaves=2)
