// Drives the simulator through HubSpot's official client and prints what came back as one JSON line.
"use strict";

const { Client } = require("@hubspot/api-client");

const [url, token, eventsSince] = process.argv.slice(2);
const hub = new Client({ accessToken: token, basePath: url, numberOfApiCallRetries: 0 });
const objects = hub.crm.objects;
const seen = {};

async function contacts() {
  const api = hub.crm.contacts.basicApi;
  const ids = [];
  let after;
  do {
    const page = await api.getPage(20, after, ["email", "lastmodifieddate"], undefined, ["companies"]);
    ids.push(...page.results.map((each) => each.id));
    after = page.paging ? page.paging.next.after : undefined;
  } while (after);
  seen.listed = ids;
  const one = await api.getById(ids[0], ["email", "jobtitle"], ["jobtitle"]);
  seen.one = { id: one.id, updated: one.updatedAt instanceof Date, email: one.properties.email };
  const found = await hub.crm.contacts.searchApi.doSearch({
    filterGroups: [
      { filters: [{ propertyName: "hs_object_id", operator: "GT", value: ids[4] }] },
    ],
    sorts: ["hs_object_id"],
    properties: ["email"],
    limit: 10,
    after: "0",
  });
  seen.search = { total: found.total, ids: found.results.map((each) => each.id) };
}

async function batches() {
  const api = hub.crm.contacts.batchApi;
  const ids = seen.listed.slice(0, 3);
  const written = await api.update({
    inputs: ids.map((id) => ({ id, properties: { budget: "1200" } })),
  });
  seen.updated = { status: written.status, ids: written.results.map((each) => each.id).sort() };
  const read = await api.read({
    properties: ["budget"],
    propertiesWithHistory: [],
    inputs: [...ids, "999"].map((id) => ({ id })),
  });
  seen.read = {
    budgets: read.results.map((each) => each.properties.budget),
    errors: read.numErrors,
    missing: read.errors[0].context.ids,
  };
  const made = await api.create({
    inputs: [{ properties: { email: "new@node.example", lastname: "New" }, associations: [] }],
  });
  seen.created = made.results[0].properties.email;
  await api.archive({ inputs: [{ id: made.results[0].id }] });
  const gone = await hub.crm.contacts.basicApi.getPage(
    100, undefined, ["email"], undefined, undefined, true,
  );
  seen.archived = gone.results.map((each) => each.properties.email);
  const merged = await hub.crm.contacts.basicApi.merge({
    primaryObjectId: seen.listed[3],
    objectIdToMerge: seen.listed[4],
  });
  const old = await hub.crm.contacts.basicApi.getById(seen.listed[4]);
  seen.merged = { fresh: merged.id !== seen.listed[3], found: old.id === merged.id };
}

async function properties() {
  const { coreApi, groupsApi } = hub.crm.properties;
  await groupsApi.create("contacts", { name: "leadline", label: "Leadline", displayOrder: -1 });
  const made = await coreApi.create("contacts", {
    name: "leadline_score",
    label: "Score",
    type: "number",
    fieldType: "number",
    groupName: "leadline",
  });
  seen.property = { name: made.name, builtIn: made.hubspotDefined };
  const all = await coreApi.getAll("contacts");
  seen.stages = all.results
    .find((each) => each.name === "lifecyclestage")
    .options.map((each) => each.value);
  try {
    await coreApi.create("contacts", {
      name: "leadline_score",
      label: "Score",
      type: "number",
      fieldType: "number",
      groupName: "leadline",
    });
  } catch (error) {
    seen.again = { code: error.code, category: error.body.category };
  }
}

async function others() {
  const page = await objects.basicApi.getPage("meetings", 5, undefined, ["hs_meeting_title"]);
  seen.meeting = page.results[0].properties.hs_meeting_title;
  const linked = await hub.crm.associations.v4.batchApi.getPage("meetings", "contacts", {
    inputs: page.results.map((each) => ({ id: each.id })),
  });
  seen.linked = linked.results.length;
  const events = await hub.events.eventsApi.getPage(
    undefined, "e_visited_page", undefined, undefined, 10, undefined, new Date(eventsSince),
  );
  seen.events = events.results.map((each) => each.eventType);
  const owners = await hub.crm.owners.ownersApi.getPage();
  seen.owners = owners.results.length;
  const pipelines = await hub.crm.pipelines.pipelinesApi.getAll("deals");
  seen.closed = pipelines.results[0].stages
    .filter((each) => each.metadata.isClosed === "true")
    .map((each) => each.id);
  const forms = await hub.marketing.forms.formsApi.getPage();
  seen.forms = forms.results.map((each) => each.name);
  const lists = await hub.crm.lists.listsApi.doSearch({ query: "", count: 20, offset: 0 });
  seen.lists = lists.lists.map((each) => each.name);
}

(async () => {
  await contacts();
  await batches();
  await properties();
  await others();
  console.log(JSON.stringify(seen));
})().catch((error) => {
  console.error(error.body ? JSON.stringify(error.body) : error);
  process.exit(1);
});
