"""The wider language: what loads, and every mistake with its file, line, field and nearest name."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from leadline.errors import ConfigError, Problem
from leadline.model import Model
from leadline.model.loading import load_model

from .conftest import FACTS

HEAD = """\
name = "b2b"
[dimensions.fit]
max = 50
[[rules]]
name = "Boss"
dimension = "fit"
when = "job_title ILIKE '%head%'"
points = 20
"""
# The first line of what a test adds.
NEXT = HEAD.count("\n") + 1
RULE = '[[rules]]\nname = "X"\ndimension = "fit"\n'
FILES = {
    "rivals.txt": "# who sells the same\nacme.example\n\nRival GmbH\n",
    "content.csv": "url,funnel\n/pricing,BOFU\n/blog,TOFU\n",
    "semicolons.csv": "url;funnel\n/pricing;BOFU\n",
    "lines.csv": 'url,funnel\n"/pri\ncing", BOFU \n/none,\n',
    "twice.csv": "url,funnel\n/a,TOFU\n/b,MOFU\n/a,BOFU\n",
    "empty.txt": "",
    "comments.txt": "# nothing yet\n\n",
    "headings.csv": "url,funnel\n",
    "star.txt": "fine\nco*mp\n",
    "paragraph.txt": f"fine\n{'words. ' * 100}.\n",
}
LATIN = "Łódź\n".encode("cp1250")


def _write(folder: Path, text: str) -> Path:
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "latin.txt").write_bytes(LATIN)
    path = folder / "model.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _load(folder: Path, more: str) -> Model:
    return load_model(_write(folder, HEAD + more), FACTS)


def _problems(folder: Path, more: str) -> list[Problem]:
    path = _write(folder, HEAD + more)
    with pytest.raises(ConfigError) as caught:
        load_model(path, FACTS)
    assert all(problem.file == path for problem in caught.value.problems)
    return caught.value.problems


def test_a_model_of_everything_loads_and_outlives_its_files(tmp_path: Path) -> None:
    text = (
        HEAD.replace('name = "b2b"', 'name = "b2b"\nfor = "consumer IS NOT TRUE"')
        + """
[lists]
rivals = { file = "rivals.txt" }
founders = ["founder*", "geschäftsführer"]
[lookups.funnel]
file = "content.csv"
key = "url"
value = "funnel"
[signals]
sent = { activity = "email_sent", count = "each", within = "90 days" }
opens = { activity = "email_open", count = "distinct name" }
visit_days = { activity = ["page_view", "tool_use"], count = "days" }
last_seen = { activity = "*", pick = "last", value = "occurred_at" }
spend = { activity = "purchase", sum = "value", when = "value > 0" }
[segments.dach]
when = "country IN ('DE', 'AT', 'CH')"
[segments.founders]
when = "in_segment('dach') AND in_list(job_title, 'founders')"
[[rules]]
name = "Size"
dimension = "fit"
by = "company.employees"
points = [[1, 0], [50, 8.5]]
[[rules]]
name = "Opens"
dimension = "fit"
when = "sent >= 5 AND opens * 100 >= sent * 30 AND in_segment('founders')"
points = 8
[[rules]]
name = "Content"
dimension = "fit"
activity = ["content_download", "page_view"]
by = "funnel"
points = { TOFU = 1, BOFU = 8 }
count = "distinct url"
[[exclusions]]
name = "Rival"
when = "in_list(email_domain, 'rivals') OR days_since(last_seen) > 365"
[[temperatures]]
name = "hot"
from = 40
release = 30
when = "fit >= 20 AND spend > 0"
stage = "mql"
[temperatures.where]
"country IN ('PL')" = { from = 30, release = 25 }
[[expect]]
contact = "ada@example.com"
at_least = 20
temperature = "hot"
[agreement]
marketing = "Ada"
sales = "Bob"
review_by = 2027-01-31
"""
    )
    path = _write(tmp_path, text)
    model = load_model(path, FACTS)
    for file in tmp_path.iterdir():
        file.unlink()
    assert Model.model_validate_json(model.content) == model
    assert model.lists["rivals"] == ("acme.example", "Rival GmbH")
    assert model.lookups["funnel"].rows == {"/pricing": "BOFU", "/blog": "TOFU"}
    assert model.rules[1].points == ((Decimal(1), Decimal(0)), (Decimal(50), Decimal("8.5")))
    assert model.temperatures[0].where["country IN ('PL')"].leaves_below == 25


def test_a_changed_file_is_another_version(tmp_path: Path) -> None:
    more = '[lists]\nrivals = { file = "rivals.txt" }\n'
    before = _load(tmp_path, more).version
    assert _load(tmp_path, more).version == before
    (tmp_path / "rivals.txt").write_text("acme.example\n", encoding="utf-8")
    assert load_model(tmp_path / "model.toml", FACTS).version != before


@pytest.mark.parametrize(
    ("file", "rows"),
    [
        ("semicolons.csv", {"/pricing": "BOFU"}),
        ("lines.csv", {"/pri\ncing": "BOFU"}),
    ],
)
def test_lookups_read_what_spreadsheets_write(
    tmp_path: Path, file: str, rows: dict[str, str]
) -> None:
    more = f'[lookups.funnel]\nfile = "{file}"\nkey = "url"\nvalue = "funnel"\n'
    assert _load(tmp_path, more).lookups["funnel"].rows == rows


def test_a_signal_may_be_called_what_an_activity_s_fact_is_called(tmp_path: Path) -> None:
    more = '[signals]\nchannel = { activity = "*", pick = "first", value = "channel" }\n'
    model = _load(tmp_path, more + RULE + "points = 1\nwhen = \"channel = 'mail'\"\n")
    assert list(model.signals) == ["channel"]


def _signal(rest: str, name: str = "a") -> str:
    return f"[signals]\n{name} = {{ {rest} }}\n"


def _lookup(file: str = "content.csv", key: str = "url", value: str = "funnel") -> str:
    return f'[lookups.funnel]\nfile = "{file}"\nkey = "{key}"\nvalue = "{value}"\n'


def _rule(*lines: str) -> str:
    return RULE + "".join(f"{line}\n" for line in lines)


# Each asks for the one above it twice: the last of them is 2,048 conditions.
_DOUBLING = "".join(
    f'[segments.s{n}]\nwhen = "'
    + ("age > 3" if n == 0 else f"in_segment('s{n - 1}') AND in_segment('s{n - 1}')")
    + '"\n'
    for n in range(12)
)
VISITS = _signal('activity = "page_view", count = "each"', "visits")

# What is added, on which of its lines the problem is, its field, and words of its message.
CASES = [
    # signals
    (_signal('activity = "call"'), 2, "signals.a", "one of count, pick or sum"),
    (_signal('activity = "call", count = "each", sum = "value"'), 2, "signals.a", "one of count"),
    (_signal('activity = "call", count = "all"'), 2, "signals.a.count", '"distinct url"'),
    (_signal('activity = "call", pick = "new", value = "url"'), 2, "signals.a.pick", "'first' or"),
    (_signal('activity = "call", pick = "last"'), 2, "signals.a", "pick and value go together"),
    (_signal('activity = "call", sum = "price"'), 2, "signals.a.sum", "'value'"),
    (_signal('activity = "calls", count = "each"'), 2, "signals.a.activity", "mean 'call'"),
    (_signal("activity = [], count = 'each'"), 2, "signals.a.activity", "must not be empty"),
    (_signal('count = "each"'), 2, "signals.a.activity", "'activity' is missing"),
    (
        _signal('activity = "call", count = "each", withn = "1 day"'),
        2,
        "signals.a.withn",
        "mean 'within'",
    ),
    (_signal('activity = "call", count = "each"', "Calls"), 2, "signals.Calls", "lower-case"),
    (_signal('activity = "call", count = "each"', "city"), 2, "signals.city", "a fact 'city'"),
    (_signal('activity = "call", count = "each"', "fit"), 2, "signals.fit", "part of the score"),
    (
        _signal("activity = 'call', count = 'each', when = \"city = 'x'\""),
        2,
        "signals.a.when",
        "'city' is a fact about the person",
    ),
    (
        _signal("activity = 'call', count = 'each', when = \"urll = 'x'\""),
        2,
        "signals.a.when",
        "mean 'url'",
    ),
    (VISITS + _rule("points = 1", 'when = "vists > 3"'), 7, "rules[1].when", "mean 'visits'"),
    (VISITS + _rule("points = 1", "when = \"visits = 'x'\""), 7, "rules[1].when", "cannot compare"),
    # lists
    ("[lists]\na = []\n", 2, "lists.a", "must not be empty"),
    ('[lists]\na = "ceo"\n', 2, "lists.a", "must be a list, not a text"),
    ('[lists]\na = ["ok", " "]\n', 2, "lists.a[1]", "an entry is a word or words"),
    ('[lists]\na = ["o*k"]\n', 2, "lists.a[0]", "a * may stand at its end"),
    ("[lists]\na = [3]\n", 2, "lists.a[0]", "a text in quotes, not a whole number"),
    ('[lists]\na = { file = "no.txt" }\n', 2, "lists.a.file", "cannot be read: No such file"),
    ('[lists]\na = { file = "." }\n', 2, "lists.a.file", "cannot be read"),
    ('[lists]\na = { file = "latin.txt" }\n', 2, "lists.a.file", "save it as UTF-8"),
    ('[lists]\na = { file = "empty.txt" }\n', 2, "lists.a.file", "no entries"),
    ('[lists]\na = { file = "comments.txt" }\n', 2, "lists.a.file", "no entries"),
    ('[lists]\na = { file = "star.txt" }\n', 2, "lists.a[1]", "'co*mp'"),
    ('[lists]\na = { fiel = "rivals.txt" }\n', 2, "lists.a", "name the file"),
    ('[lists]\na = { file = "rivals.txt", key = 1 }\n', 2, "lists.a.key", "no key 'key' here"),
    (
        f'[lists]\na = ["ok", "{"x" * 200}", " {"x" * 201}"]\n',
        2,
        "lists.a[2]",
        "200 characters, this",
    ),
    (
        f'[lists]\na = ["{"xy " * 1000}"]\n',
        2,
        "lists.a[0]",
        "2,999; shorten it, or make it several",
    ),
    ('[lists]\na = { file = "paragraph.txt" }\n', 2, "lists.a[1]", "characters, this has 701"),
    ('[lists]\na = ["o\\u0000k"]\n', 2, "lists.a[0]", "a NUL character"),
    (f"[lists]\na = {['x'] * 5_001}\n", 2, "lists.a", "5000"),
    (
        '[lists]\nfounders = ["a"]\n' + _rule("points = 1", "when = \"in_list(city, 'foundrs')\""),
        7,
        "rules[1].when",
        "mean 'founders'",
    ),
    # lookups
    (_lookup("no.csv"), 2, "lookups.funnel.file", "cannot be read: No such file"),
    (_lookup(value="funel"), 4, "lookups.funnel.value", "no column 'funel'; did you mean 'funnel'"),
    (_lookup("twice.csv"), 2, "lookups.funnel.file", "'TOFU' on line 2 and 'BOFU' on line 4"),
    (_lookup("headings.csv"), 2, "lookups.funnel.file", "no row with url and funnel"),
    (_lookup("empty.txt"), 3, "lookups.funnel.key", "no column 'url'"),
    (_lookup("latin.txt"), 2, "lookups.funnel.file", "save it as UTF-8"),
    (_lookup(key="urll"), 3, "lookups.funnel.key", "mean 'url'"),
    (_lookup(key="age"), 3, "lookups.funnel.key", "only a text can be looked up"),
    (_lookup(key="occurred_at"), 3, "lookups.funnel.key", "of an activity, these can: type, name"),
    (VISITS + _lookup(key="visits"), 5, "lookups.funnel.key", "'visits' is a signal"),
    ('[lookups.funnel]\nfile = "content.csv"\n', 1, "lookups.funnel", "key = …, value = …"),
    (_lookup().replace("funnel]", "city]"), 1, "lookups.city", "a fact 'city' already"),
    (_lookup().replace("funnel]", "url]"), 1, "lookups.url", "a fact 'url' already"),
    (_lookup().replace("funnel]", "visits]") + VISITS, 1, "lookups.visits", "a signal 'visits'"),
    # bands and values
    (_rule('by = "age"', "points = [[50, 1], [1, 2]]"), 1, "rules[1]", "1 does not come after 50"),
    (_rule('by = "age"', "points = []"), 5, "rules[1].points", "must not be empty"),
    (
        _rule('by = "age"', "points = [1, 2]"),
        5,
        "rules[1].points[0]",
        "must be a list, not a whole",
    ),
    (_rule('by = "age"', 'points = [["x", 2]]'), 5, "rules[1].points[0][0]", "must be a number"),
    (_rule('by = "age"', "points = [[1, 2, 3]]"), 5, "rules[1].points[0]", "at most 2 entries"),
    (_rule('by = "age"', "points = [[1, 0], [9, 0]]"), 5, "rules[1].points", "0 points change"),
    (_rule('by = "city"', "points = [[1, 2]]"), 4, "rules[1].by", "bands are of a number"),
    (_rule('by = "age"', "points = { a = 2 }"), 4, "rules[1].by", "use bands"),
    (_rule('by = "city"', "points = {}"), 5, "rules[1].points", "must not be empty"),
    (_rule('by = "city"', "points = { a = 0 }"), 5, "rules[1].points", "0 points change nothing"),
    (_rule('by = "citty"', "points = { a = 2 }"), 4, "rules[1].by", "mean 'city'"),
    (_rule('by = "url"', "points = { a = 2 }"), 4, "rules[1].by", "a fact about an activity"),
    (
        _rule('activity = "call"', 'by = "city"', "points = { a = 2 }"),
        5,
        "rules[1].by",
        "a fact about the person",
    ),
    (_rule('by = "city"', "points = 2"), 1, "rules[1]", "'by' needs bands or values"),
    (_rule('when = "age > 3"', "points = [[1, 2]]"), 1, "rules[1]", "bands and values need 'by'"),
    # activities and distinct counts
    (
        _rule('activity = ["call", "cal"]', "points = 1"),
        4,
        "rules[1].activity[1]",
        "mean 'call'",
    ),
    (_rule("activity = []", "points = 1"), 4, "rules[1].activity", "must not be empty"),
    (_rule("activity = 3", "points = 1"), 4, "rules[1].activity", "must be a list"),
    (
        _rule('activity = "call"', 'count = "distinct uri"', "points = 1"),
        5,
        "rules[1].count",
        '"distinct url"',
    ),
    (
        _rule('when = "age > 3"', 'count = "distinct url"', "points = 1"),
        1,
        "rules[1]",
        "need an 'activity'",
    ),
    (
        _rule('activity = "call"', 'by = "value"', "points = [[0, 1], [9, -1]]", "once = true"),
        1,
        "rules[1]",
        "cannot both give and take",
    ),
    # segments
    ("[segments.a]\n", 1, "segments.a.when", "'when' is missing"),
    ('[segments]\na = "age > 3"\n', 2, "segments.a", "must be a table, not a text"),
    ('[segments.a]\nwhen = "agee > 3"\n', 2, "segments.a.when", "mean 'age'"),
    ("[segments.a]\nwhen = \"url = 'x'\"\n", 2, "segments.a.when", "segments are about the person"),
    ("[segments.a]\nwhen = \"in_segment('a')\"\n", 2, "segments.a.when", "only for those above it"),
    (
        '[segments.a]\nwhen = "in_segment(\'b\')"\n[segments.b]\nwhen = "age > 3"\n',
        2,
        "segments.a.when",
        "'b' stands here or below",
    ),
    (
        '[segments.dach]\nwhen = "age > 3"\n'
        + _rule("points = 1", "when = \"in_segment('dahc')\""),
        7,
        "rules[1].when",
        "mean 'dach'",
    ),
    (
        '[segments.dach]\nwhen = "age > 3"\n'
        + _rule('activity = "call"', "points = 1", "when = \"in_segment('dach')\""),
        8,
        "rules[1].when",
        "'dach' is about the person",
    ),
    # sizes
    (
        _rule("points = 1", f"when = \"city = '{'x' * 3_992}'\""),
        5,
        "rules[1].when",
        "longer than 4,000 characters (4,001)",
    ),
    (f'[segments.a]\nwhen = "age > 3{" " * 4_000}"\n', 2, "segments.a.when", "longer than 4,000"),
    (
        _rule("points = 1", f'when = "{"(" * 33}age > 3{")" * 33}"'),
        5,
        "rules[1].when",
        "nested deeper than 32 levels",
    ),
    (_DOUBLING, 24, "segments.s11.when", "lists written out: more than 5,000 parts"),
    # temperatures
    (
        '[[temperatures]]\nname = "hot"\nfrom = 9\nwhen = "fitt > 3"\n',
        4,
        "temperatures[0].when",
        "mean 'fit'",
    ),
    (
        '[[temperatures]]\nname = "hot"\nfrom = 9\nwhen = "url = \'x\'"\n',
        4,
        "temperatures[0].when",
        "temperatures are about the person",
    ),
    (
        '[[temperatures]]\nname = "hot"\nfrom = 9\n[temperatures.where]\n'
        "\"citty = 'x'\" = { from = 5 }\n",
        5,
        "temperatures[0].where.\"citty = 'x'\"",
        "mean 'city'",
    ),
    (
        '[[temperatures]]\nname = "hot"\nfrom = 9\n[temperatures.where]\n'
        "\"city = 'x'\" = { from = 5, release = 6 }\n",
        5,
        "temperatures[0].where.\"city = 'x'\"",
        "release (6) must not be above from (5)",
    ),
    (
        '[[temperatures]]\nname = "hot"\nfrom = 9\n[temperatures.where]\n'
        "\"city = 'x'\" = { from = 51 }\n",
        5,
        "temperatures[0].where.\"city = 'x'\"",
        "no score reaches 51",
    ),
    (
        '[[temperatures]]\nname = "hot"\nfrom = 9\nstage = "M Q L"\n',
        4,
        "temperatures[0].stage",
        "lower-case",
    ),
    ('[[temperatures]]\nname = "dead"\nfrom = 9\n', 1, "temperatures[0]", "excluded contacts"),
    # expect and agreement
    ('[[expect]]\ncontact = "a"\n', 1, "expect[0]", "say what is expected"),
    ("[[expect]]\nscore = 3\n", 1, "expect[0].contact", "'contact' is missing"),
    ("[[expect]]\ncontact = 7\nscore = 3\n", 2, "expect[0].contact", "a text in quotes"),
    ('[[expect]]\ncontact = "a"\nscor = 3\n', 3, "expect[0].scor", "mean 'score'"),
    ('[[expect]]\ncontact = "a"\nscore = "3"\n', 3, "expect[0].score", "a whole number"),
    ('[[expect]]\ncontact = "a"\nat_least = -1\n', 3, "expect[0].at_least", "at least 0"),
    ('[expect]\ncontact = "a"\n', 1, "expect", "[[expect]] with two brackets"),
    ("[agreement]\nreviewby = 2027-01-31\n", 2, "agreement.reviewby", "mean 'review_by'"),
    ('[agreement]\nreview_by = "soon"\n', 2, "agreement.review_by", "a day such as 2027-01-31"),
]


@pytest.mark.parametrize(("more", "line", "field", "words"), CASES)
def test_a_mistake_is_told_where_it_is(
    tmp_path: Path, more: str, line: int, field: str, words: str
) -> None:
    problems = _problems(tmp_path, more)
    told = {(problem.line, problem.field): problem.message for problem in problems}
    assert words in told.get((NEXT + line - 1, field), ""), told


# One mistake is told once, not once for each kind of value that might have stood there.
@pytest.mark.parametrize(
    "more",
    [
        _rule('by = "age"', "points = []"),
        _rule('by = "age"', "points = [[1, 2, 3]]"),
        _rule('by = "age"', 'points = [["x", 2]]'),
        _rule('by = "city"', "points = {}"),
        _rule('when = "age > 3"', 'points = "3"'),
        '[lists]\na = ["o*k"]\n',
        '[segments.a]\nwhen = "agee > 3"\n' + _rule("points = 1", "when = \"in_segment('a')\""),
    ],
)
def test_one_mistake_is_told_once(tmp_path: Path, more: str) -> None:
    assert len(_problems(tmp_path, more)) == 1


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("consummer IS NOT TRUE", "mean 'consumer'"),
        ("url = 'x'", "an audience is about the person"),
    ],
)
def test_an_audience_is_about_people(tmp_path: Path, condition: str, words: str) -> None:
    path = _write(tmp_path, HEAD.replace("\n", f'\nfor = "{condition}"\n', 1))
    with pytest.raises(ConfigError) as caught:
        load_model(path, FACTS)
    (problem,) = caught.value.problems
    assert (problem.line, problem.field) == (2, "for")
    assert words in problem.message


def test_the_audience_stands_above_the_first_table(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, 'for = "age > 3"\n')
    assert (problem.line, problem.field) == (NEXT, "rules[0].for")
    assert "belongs at the top of the file" in problem.message
