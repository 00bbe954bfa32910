"""Every path of Salesforce's API that the connector calls, behind `/services/data/vNN.0`.

A path is given to `Api` with its parts: `api.get(paths.DESCRIBE, kind="Lead")`. One that starts
with `/services/`, such as the next page of a query, is taken as it is.
"""

from __future__ import annotations

RESOURCES = "/"
LIMITS = "/limits"

QUERY = "/query"
QUERY_ALL = "/queryAll"

SOBJECT = "/sobjects/{kind}"
RECORD = "/sobjects/{kind}/{id}"
DESCRIBE = "/sobjects/{kind}/describe"

COLLECTIONS = "/composite/sobjects"
BATCH = "/composite/batch"

QUERY_JOBS = "/jobs/query"
QUERY_JOB = "/jobs/query/{id}"
QUERY_RESULTS = "/jobs/query/{id}/results"

INGEST_JOBS = "/jobs/ingest"
INGEST_JOB = "/jobs/ingest/{id}"
INGEST_BATCHES = "/jobs/ingest/{id}/batches"
INGEST_SUCCESSFUL = "/jobs/ingest/{id}/successfulResults"
INGEST_FAILED = "/jobs/ingest/{id}/failedResults"

TOOLING_SOBJECT = "/tooling/sobjects/{kind}"
TOOLING_QUERY = "/tooling/query"

USER = "/services/oauth2/userinfo"
