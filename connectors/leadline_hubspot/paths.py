"""Every path of HubSpot's API that the connector calls: the one place that knows its versions.

A path is given to `Api` with its parts: `api.get(paths.OBJECTS, kind="contacts")`.
"""

from __future__ import annotations

# Records of any kind: contacts, companies, deals, calls, emails, meetings, notes, tasks.
OBJECTS = "/crm/v3/objects/{kind}"
OBJECT = "/crm/v3/objects/{kind}/{id}"
SEARCH = "/crm/v3/objects/{kind}/search"
BATCH_READ = "/crm/v3/objects/{kind}/batch/read"
BATCH_UPDATE = "/crm/v3/objects/{kind}/batch/update"

ASSOCIATIONS = "/crm/v4/associations/{kind}/{to}/batch/read"

PROPERTIES = "/crm/v3/properties/{kind}"
PROPERTY = "/crm/v3/properties/{kind}/{name}"
PROPERTY_GROUPS = "/crm/v3/properties/{kind}/groups"
PIPELINES = "/crm/v3/pipelines/{kind}"
OWNERS = "/crm/v3/owners"

ACCOUNT = "/account-info/v3/details"

LISTS_SEARCH = "/crm/v3/lists/search"
LIST_MEMBERS = "/crm/v3/lists/{id}/memberships/join-order"

EVENTS = "/events/v3/events"
EVENT_TYPES = "/events/v3/events/event-types"
FORMS = "/marketing/v3/forms"

# These have no later version than the first one.
EMAIL_EVENTS = "/email/public/v1/events"
CAMPAIGN = "/email/public/v1/campaigns/{id}"
SUBSCRIPTIONS = "/email/public/v1/subscriptions/timeline"
SUBMISSIONS = "/form-integrations/v1/submissions/forms/{id}"

TOKEN = "/oauth/2026-03/token"  # a path, no secret
