"""The tables of the serving file, and the indexes that its questions walk along."""

from __future__ import annotations

FORMAT = 2  # another number than a file's: the file is made anew

# What is known of a lead besides its key; the order is that of every row that is published.
FACTS = ("name", "email", "company", "owner", "job_title", "country", "lifecycle_stage")
ANSWER = (
    *("score", "dimensions", "grade", "temperature", "warmth", "stage"),
    *("excluded", "reasons", "points"),
)
COLUMNS = ("source", "contact_id", *FACTS, "text", *ANSWER, "digest", "as_of")
COUNTED = ("source", "temperature", "grade", "stage", "owner", "lifecycle_stage")

TABLES = """
CREATE TABLE models (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    version TEXT NOT NULL,
    as_of INTEGER NOT NULL,      -- microseconds since 1970-01-01
    published_at INTEGER NOT NULL,
    publication INTEGER NOT NULL,
    leads INTEGER NOT NULL,
    labels TEXT NOT NULL,        -- JSON: temperatures, hottest first
    layout TEXT NOT NULL         -- JSON: see `points.Layout`
);
CREATE TABLE leads (
    id INTEGER PRIMARY KEY,
    model INTEGER NOT NULL,
    source TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    name TEXT COLLATE NOCASE,
    email TEXT COLLATE NOCASE,
    company TEXT COLLATE NOCASE,
    owner TEXT COLLATE NOCASE,
    job_title TEXT,
    country TEXT,
    lifecycle_stage TEXT,
    text TEXT NOT NULL,          -- folded, what a search looks through
    score INTEGER,
    dimensions TEXT,
    grade TEXT,
    temperature TEXT,
    warmth INTEGER,              -- the temperature's place in `labels`, 0 the hottest
    stage TEXT,
    excluded TEXT,
    reasons TEXT,
    points BLOB,
    trail BLOB,
    digest INTEGER NOT NULL,
    as_of INTEGER                -- where it is not that of the model
);
CREATE INDEX apart ON leads (model) WHERE as_of IS NOT NULL;
CREATE UNIQUE INDEX by_key ON leads (model, source, contact_id);
CREATE TABLE counts (
    model INTEGER NOT NULL, source TEXT NOT NULL, temperature TEXT, grade TEXT, stage TEXT,
    owner TEXT COLLATE NOCASE, lifecycle_stage TEXT, leads INTEGER NOT NULL
);
CREATE INDEX counts_of ON counts (model);
CREATE TABLE histogram (
    model INTEGER NOT NULL, score INTEGER, leads INTEGER NOT NULL
);
CREATE TABLE uses (
    model INTEGER NOT NULL, place INTEGER NOT NULL,
    contacts INTEGER NOT NULL, points INTEGER NOT NULL,
    PRIMARY KEY (model, place)
) WITHOUT ROWID;
CREATE TABLE moves (
    id INTEGER PRIMARY KEY,
    model INTEGER NOT NULL,
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    field TEXT NOT NULL,         -- temperature, grade or stage
    before TEXT,
    after TEXT,
    score_before INTEGER,
    score_after INTEGER,
    because TEXT NOT NULL        -- JSON: [[rule, points], ...], what moved the score most
);
CREATE INDEX moves_by_time ON moves (model, field, at);
CREATE VIRTUAL TABLE search USING fts5 (
    text, content = 'leads', content_rowid = 'id', tokenize = 'trigram', detail = none
);
"""

# Dropped while most rows change, and made again at the end.
INDEXES = {
    "by_score": "(model, score DESC, source, contact_id)",
    "by_name": "(model, name, source, contact_id)",
    "by_email": "(model, email, source, contact_id)",
    "by_company": "(model, company, source, contact_id)",
    "by_owner": "(model, owner, source, contact_id)",
    "by_warmth": "(model, warmth, score DESC, source, contact_id)",
    "by_grade": "(model, grade, score DESC, source, contact_id)",
}

TRIGGERS = {
    "search_insert": "AFTER INSERT ON leads BEGIN "
    "INSERT INTO search (rowid, text) VALUES (new.id, new.text); END",
    "search_delete": "AFTER DELETE ON leads BEGIN "
    "INSERT INTO search (search, rowid, text) VALUES ('delete', old.id, old.text); END",
    "search_update": "AFTER UPDATE OF text ON leads WHEN old.text IS NOT new.text BEGIN "
    "INSERT INTO search (search, rowid, text) VALUES ('delete', old.id, old.text); "
    "INSERT INTO search (rowid, text) VALUES (new.id, new.text); END",
}
