"""The ledger's tables, all in one place; the migrations must end at exactly these."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from leadline.ledger.column_types import Instant, Json

metadata = MetaData()

# SQLite numbers rows by itself only where the type is spelled INTEGER.
RowId = BigInteger().with_variant(Integer(), "sqlite")


def _process() -> list[Column[str] | Column[int]]:
    """Who holds a row: enough to tell whether that process still lives."""
    return [
        Column("machine", String(200), nullable=False),
        Column("pid", Integer, nullable=False),
        Column("token", String(32), nullable=False),
    ]


runs = Table(
    "runs",
    metadata,
    Column("run_id", String(32), primary_key=True),
    Column("kind", String(50), nullable=False),
    Column("status", String(20), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("heartbeat_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("detail", Json, nullable=False),
    Column("summary", Json, nullable=False),
    *_process(),
    Index("ix_runs_started_at", "started_at"),
    Index("ix_runs_finished_at", "finished_at"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("source", String(200), primary_key=True),
    Column("stream", String(50), primary_key=True),
    Column("value", Json, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("signature", Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
)

last_known = Table(
    "last_known",
    metadata,
    Column("source", String(200), primary_key=True),
    Column("contact_id", Text, primary_key=True),
    Column("values", Text, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("origin", String(10), nullable=False),
)

intents = Table(
    "intents",
    metadata,
    Column("intent_id", RowId, primary_key=True),
    Column("source", String(200), nullable=False),
    Column("run_id", String(32), ForeignKey("runs.run_id"), nullable=False),
    Column("batch_no", Integer, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("changes", LargeBinary, nullable=False),
    Column("before", LargeBinary, nullable=False),
    Column("written", LargeBinary),
    Index("ix_intents_source_settled_at", "source", "settled_at"),
    Index("ix_intents_source_fence", "source", "fence"),
    Index("ix_intents_run_id", "run_id"),
)

rejections = Table(
    "rejections",
    metadata,
    Column("source", String(200), primary_key=True),
    Column("contact_id", Text, primary_key=True),
    Column("run_id", String(32), ForeignKey("runs.run_id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("rejected_at", Instant, nullable=False),
    Index("ix_rejections_run_id", "run_id"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("holder", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    *_process(),
)

requests = Table(
    "requests",
    metadata,
    Column("request_id", RowId, primary_key=True),
    Column("source", String(200), nullable=False),
    Column("kind", String(50), nullable=False),
    Column("payload", Json, nullable=False),
    Column("status", String(20), nullable=False),
    Column("cancelled", Boolean, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("heartbeat_at", Instant, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger),
    Column("detail", Json, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("holder", Text, nullable=False),
    *_process(),
    Index("ix_requests_status", "status"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("event_id", RowId, primary_key=True),
    Column("topic", String(200), nullable=False),
    Column("key", Text, nullable=False),
    Column("payload", Json, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("delivered_at", Instant),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Index("ix_outbox_topic_key", "topic", "key", unique=True),
    Index("ix_outbox_delivered_at_due_at", "delivered_at", "due_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("entry_id", RowId, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(100), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Json, nullable=False),
)

models = Table(
    "models",
    metadata,
    Column("version", String(100), primary_key=True),
    Column("name", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("first_seen", Instant, nullable=False),
)

settings = Table(
    "settings",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("value", Json, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("user", String(100), ForeignKey("users.name"), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_sessions_user", "user"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token_id", RowId, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("role", String(20), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("used_at", Instant),
    Index("ix_tokens_name", "name", unique=True),
    Index("ix_tokens_digest", "digest", unique=True),
)

attempts = Table(
    "attempts",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("wait_until", Instant, nullable=False),
)
