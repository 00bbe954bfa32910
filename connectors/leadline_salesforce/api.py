"""Calls of an org's API: signed, counted, kept within the day's share, and repeated where it helps.

simple-salesforce signs in. Its own calls are not used: they lose headers when a session ends, sign
in once per thread, never time out, and put the query into their errors.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import TypeVar
from urllib.parse import quote, urlencode

from leadline.batches import Source
from leadline.connecting.retries import Again, repeated
from leadline.errors import SignInError
from leadline_salesforce import paths, quota, soql
from leadline_salesforce.answers import (
    Answer,
    Forbidden,
    Json,
    OddAnswer,
    Refused,
    Row,
    Text,
    read_body,
    refusal,
    rows_of,
)
from leadline_salesforce.credentials import Credentials, Session
from leadline_salesforce.describing import Described, FieldInfo, described
from leadline_salesforce.mapping import PREFIXES
from leadline_salesforce.quota import Quota
from leadline_salesforce.retries import SLOW_QUERY, again_after, is_daily
from leadline_salesforce.settings import SalesforceSettings
from leadline_salesforce.transport import Raw, Transport

__all__ = [
    "Answer",
    "Api",
    "Described",
    "FieldInfo",
    "Forbidden",
    "Json",
    "Query",
    "Refused",
    "Row",
    "Text",
    "rows_of",
]

Query = Iterable[tuple[str, object]]

T = TypeVar("T")

_JSON, _CSV = "application/json; charset=UTF-8", "text/csv; charset=UTF-8"

_MOST_DESCRIBED = 25
_KEPT = 900.0  # how long a description is believed, in seconds


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    query: str = ""
    data: bytes | None = None
    content_type: str = ""
    headers: Mapping[str, str] | None = None

    @property
    def what(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path


class Api:
    """One org's API; any thread may call.

    Paths come from `paths`, with their parts by name. Raises `Refused` (403: `Forbidden`) for a
    4xx, `SignInError` for credentials that Salesforce does not take, `RetryLater` when the share
    of the day's calls is used up, or when Salesforce does not answer properly for long.
    """

    def __init__(self, source: Source) -> None:
        settings = source.settings_as(SalesforceSettings)
        self._settings = settings
        self._root = f"/services/data/v{settings.api_version}"
        self.quota = Quota(settings.daily_share)
        self._credentials = Credentials(settings, source.base)
        self._transport = Transport(
            settings.workers, source.meter.count, self._learn, self._credentials.detours
        )
        self._lock = Lock()
        self._described: dict[str, tuple[Described | None, float]] = {}
        self._told: tuple[datetime, float] | None = None

    # --- calls

    def get(self, path: str, query: Query = (), **parts: str) -> Json:
        """The JSON object of a GET. query: names and values; None values are left out."""
        return self._object(path, parts, query)

    def post(
        self, path: str, body: Json, headers: Mapping[str, str] | None = None, **parts: str
    ) -> Answer:
        """The answer to a POST of JSON."""
        return self._json("POST", path, parts, body=body, headers=headers)

    def patch(
        self, path: str, body: Json, headers: Mapping[str, str] | None = None, **parts: str
    ) -> Answer:
        """The answer to a PATCH of JSON."""
        return self._json("PATCH", path, parts, body=body, headers=headers)

    def put(
        self, path: str, body: Json, headers: Mapping[str, str] | None = None, **parts: str
    ) -> Answer:
        """The answer to a PUT of JSON."""
        return self._json("PUT", path, parts, body=body, headers=headers)

    def delete(self, path: str, **parts: str) -> Answer:
        """The answer to a DELETE."""
        return self._json("DELETE", path, parts)

    def text(self, path: str, query: Query = (), **parts: str) -> Text:
        """The bytes of a GET of CSV, which are UTF-8 whatever the headers say."""
        call = _Call("GET", self._whole(path, parts), _query(query), headers={"Accept": "text/csv"})
        return self._repeated(lambda: self._csv(self._try(call)), call.what)

    def upload(self, path: str, csv: bytes, **parts: str) -> Answer:
        """The answer to a PUT of CSV in UTF-8."""
        call = _Call("PUT", self._whole(path, parts), data=csv, content_type=_CSV)
        return self._repeated(lambda: self._read(self._try(call)), call.what)

    # --- what there is

    def query(self, soql: str, *, deleted: bool = False) -> Iterator[list[Row]]:
        """The rows of a query, page by page, each without its `attributes`.

        deleted: with those in the recycle bin, and archived activities. Raises `Refused` with the
        code INVALID_QUERY_LOCATOR where the server has forgotten the query between two pages.
        """
        body = self.first_page(soql, deleted=deleted)
        while True:
            yield rows_of(body)
            if body.get("done", True):
                return
            body = self.next_page(str(body.get("nextRecordsUrl") or ""))

    def rows(self, soql: str, *, deleted: bool = False) -> list[Row]:
        """All rows of a query at once, for one that brings few."""
        return [row for page in self.query(soql, deleted=deleted) for row in page]

    def first_page(self, soql: str, *, deleted: bool = False) -> Json:
        """The first page as it came: `totalSize`, `done`, `nextRecordsUrl`, `records`."""
        path = paths.QUERY_ALL if deleted else paths.QUERY
        return self._object(path, {}, [("q", soql)], self._paging)

    def next_page(self, next_records_url: str) -> Json:
        """The page at a `nextRecordsUrl`."""
        if not next_records_url.startswith("/services/data/"):
            raise Refused("the next page", 200, "", "it named no page of this org to go on with")
        return self._object(next_records_url, {}, (), self._paging)

    def describe(self, kind: str) -> Described | None:
        """An object as the user may use it; None where the user may not see it. Kept for a while.

        Lead, Contact and Account are asked for in one call.
        """
        # Whoever needs one of them needs the others a moment later.
        return self.describe_all(PREFIXES if kind in PREFIXES else (kind,))[kind]

    def describe_all(self, kinds: Iterable[str]) -> dict[str, Described | None]:
        """Several objects, those that are not known yet in calls of up to 25."""
        wanted = list(dict.fromkeys(kinds))
        with self._lock:
            missing = [kind for kind in wanted if kind not in self._fresh()]
            for place in range(0, len(missing), _MOST_DESCRIBED):
                some = missing[place : place + _MOST_DESCRIBED]
                self._keep(some, self._batch(map(_describe, some)))
            return {kind: self._described[kind][0] for kind in wanted}

    def counts(self, kinds: Iterable[str]) -> dict[str, int | None]:
        """How many live records there are of each object; None where that is not known.

        The same call describes what was not described yet.
        """
        wanted = list(kinds)
        targets = {kind: f"/query?{_query([('q', soql.count(kind))])}" for kind in wanted}
        with self._lock:
            unknown = [kind for kind in PREFIXES if kind not in self._fresh()]
            answers = self._batch([*map(_describe, unknown), *targets.values()])
            self._keep(unknown, answers)
        found = zip(wanted, answers[len(unknown) :], strict=True)
        return {
            kind: said.get("totalSize") if status == 200 and isinstance(said, dict) else None
            for kind, (status, said) in found
        }

    def forget_descriptions(self) -> None:
        """Ask anew from now on: fields were made, or permissions given."""
        with self._lock:
            self._described.clear()

    def server_now(self) -> datetime:
        """The org's present instant in UTC, by its last answer or by a cheap call."""
        if self._told is None:
            self.get(paths.RESOURCES)
        if self._told is None:
            raise Refused("its clock", 200, "", "its answers come without a date")
        told, at = self._told
        return told + timedelta(seconds=max(0.0, quota.now() - at))

    # --- how

    @property
    def _paging(self) -> Mapping[str, str] | None:
        size = self._settings.page_size
        return {"Sforce-Query-Options": f"batchSize={size}"} if size < 2000 else None

    def _object(
        self,
        path: str,
        parts: Mapping[str, str],
        query: Query,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        body = self._json("GET", path, parts, query=query, headers=headers).body
        if not isinstance(body, dict):
            raise Refused(f"GET {path}", 200, "", "it answered a list where an object was due")
        return body

    def _json(
        self,
        method: str,
        path: str,
        parts: Mapping[str, str],
        *,
        query: Query = (),
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        kind = "" if body is None else _JSON
        call = _Call(method, self._whole(path, parts), _query(query), data, kind, headers)
        return self._repeated(lambda: self._read(self._try(call)), call.what)

    def _whole(self, path: str, parts: Mapping[str, str]) -> str:
        whole = path.format(**{n: quote(v, safe="") for n, v in parts.items()}) if parts else path
        return whole if whole.startswith("/services/") else self._root + whole

    def _repeated(self, attempt: Callable[[], T], what: str) -> T:
        return repeated(attempt, what, "Salesforce", lambda seconds: quota.pause(seconds))

    def _try(self, call: _Call) -> Raw:
        """One attempt; a session that was refused is replaced once."""
        self.quota.wait()
        session = self._credentials.session(self._transport.session)
        raw = self._exchange(call, session)
        if raw.status == 401 and self._credentials.replaced(session, self._transport.session):
            raw = self._exchange(call, self._credentials.session(self._transport.session))
        if 200 <= raw.status < 300:
            return raw
        raise self._failure(call, raw)

    def _exchange(self, call: _Call, session: Session) -> Raw:
        return self._transport.send(
            call.method,
            session.instance_url + call.target,
            token=session.token.get_secret_value(),
            data=call.data,
            content_type=call.content_type,
            headers=call.headers,
        )

    def _read(self, raw: Raw) -> Answer:
        try:
            return Answer(raw.status, read_body(raw.status, raw.data), raw.headers)
        except OddAnswer as error:
            raise Again(f"it answered {error}") from None

    def _csv(self, raw: Raw) -> Text:
        if raw.status != 204 and "csv" not in (raw.headers.get("Content-Type") or "").lower():
            raise Again(f"it answered {raw.status} without CSV")
        return Text(raw.status, raw.data, raw.headers)

    def _failure(self, call: _Call, raw: Raw) -> Exception:
        """What a status other than a success means."""
        failure = raw.failure
        if raw.status == 401:
            return SignInError(
                f"Salesforce does not accept the session ({failure.code or raw.status}); sign in "
                "with jwt, or put a session that is valid now into session_id"
            )
        if is_daily(failure):
            return self.quota.used_up("the org's calls of 24 hours are used up")
        again = again_after(raw.status, failure)
        if again is None:
            return refusal(call.what, raw.status, failure)
        if failure.code == SLOW_QUERY:
            # Whoever asked may ask for less, or by Bulk.
            again.last = refusal(call.what, raw.status, failure)
        return again

    def _learn(self, headers: Mapping[str, str]) -> None:
        """Take what an answer says of the day's calls, and of the time."""
        self.quota.learn(headers)
        if date := headers.get("Date"):
            try:
                self._told = (parsedate_to_datetime(date).astimezone(UTC), quota.now())
            except ValueError:
                return

    def _batch(self, targets: Iterable[str]) -> list[tuple[int, object]]:
        """The statuses and bodies of up to 25 GETs, made in one call."""
        version = f"v{self._settings.api_version}"
        requests = [{"method": "GET", "url": version + target} for target in targets]
        results = rows_of(self.post(paths.BATCH, {"batchRequests": requests}).body, "results")
        return [(int(each.get("statusCode") or 0), each.get("result")) for each in results]

    def _fresh(self) -> set[str]:
        """The objects whose description is believed."""
        now = quota.now()
        return {kind for kind, (_, at) in self._described.items() if now - at < _KEPT}

    def _keep(self, kinds: Sequence[str], answers: Iterable[tuple[int, object]]) -> None:
        """Keep the descriptions that a call brought."""
        for kind, (status, said) in zip(kinds, answers, strict=False):
            if 200 <= status < 300 and isinstance(said, dict):
                self._described[kind] = (described(said), quota.now())
            elif 400 <= status < 500:
                self._described[kind] = (None, quota.now())
            else:
                raise Refused(f"a description of {kind}", status, "", "sync again later")


def _describe(kind: str) -> str:
    return paths.DESCRIBE.format(kind=quote(kind, safe=""))


def _query(query: Query) -> str:
    return urlencode([(n, str(v)) for n, v in query if v is not None], quote_via=quote)
