// Drives the simulator through jsforce and prints what came back as one JSON line.
"use strict";

const { readFileSync } = require("fs");
const { Connection } = require("jsforce");

const org = JSON.parse(readFileSync(0, "utf8"));
const version = "62.0";
const seen = {};

async function signIns() {
  const client = new Connection({
    version,
    oauth2: {
      loginUrl: org.url,
      clientId: org.consumerKey,
      clientSecret: org.consumerSecret,
    },
  });
  const user = await client.authorize({ grant_type: "client_credentials" });
  seen.client = { instance: client.instanceUrl, user: user.id };
  const soap = new Connection({ version, loginUrl: org.url, logLevel: "NONE" });
  const person = await soap.login(org.username, org.password + org.securityToken);
  seen.soap = { instance: soap.instanceUrl, user: person.id };
  return new Connection({ version, instanceUrl: org.url, accessToken: client.accessToken });
}

async function reading(connection) {
  const page = await connection.query("SELECT Id, Email FROM Lead ORDER BY Id", {
    autoFetch: false,
  });
  seen.first = { total: page.totalSize, done: page.done, rows: page.records.length };
  const ids = page.records.map((each) => each.Id);
  let next = page;
  while (!next.done) {
    next = await connection.queryMore(next.nextRecordsUrl, { autoFetch: false });
    ids.push(...next.records.map((each) => each.Id));
  }
  seen.leads = ids;
  const described = await connection.sobject("Lead").describe();
  seen.described = described.fields
    .filter((field) => field.name === "Leadline_Score__c")
    .map((field) => field.type);
  const limits = await connection.limits();
  seen.limits = limits.DailyApiRequests.Max > limits.DailyApiRequests.Remaining;
  try {
    await connection.query("SELECT Nothing__c FROM Lead");
  } catch (error) {
    seen.refused = error.errorCode;
  }
}

async function writing(connection) {
  const [first, second] = seen.leads;
  const written = await connection.sobject("Lead").update(
    [
      { Id: first, Leadline_Score__c: 71 },
      { Id: "00Q000000000000EAA", Leadline_Score__c: 1 },
      { Id: second, Leadline_Score__c: 12 },
    ],
    { allOrNone: false },
  );
  seen.written = written.map((each) => (each.success ? each.id : each.errors[0].statusCode));
  const read = await connection.sobject("Lead").retrieve(first);
  seen.score = read.Leadline_Score__c;
}

async function bulk(connection) {
  const stream = await connection.bulk2.query(
    "SELECT Id, Leadline_Score__c, CreatedDate FROM Lead",
    { pollInterval: 20, pollTimeout: 5000 },
  );
  const rows = await stream.toArray();
  seen.bulk = { ids: rows.map((each) => each.Id).sort(), instant: rows[0].CreatedDate };
  const [first, second] = seen.leads;
  const loaded = await connection.bulk2.loadAndWaitForResults({
    object: "Lead",
    operation: "update",
    input: [
      { Id: first, Leadline_Score__c: "50" },
      { Id: second, Leadline_Score__c: "#N/A" },
      { Id: "00Q000000000000EAA", Leadline_Score__c: "1" },
    ],
    pollInterval: 20,
    pollTimeout: 5000,
  });
  seen.loaded = {
    done: loaded.successfulResults.map((each) => each.sf__Id).sort(),
    failed: loaded.failedResults.map((each) => each.sf__Error.split(":")[0]),
    unprocessed: loaded.unprocessedRecords.length,
  };
  const after = await connection.query(
    `SELECT Leadline_Score__c FROM Lead WHERE Id IN ('${first}', '${second}') ORDER BY Id`,
  );
  seen.after = after.records.map((each) => each.Leadline_Score__c);
}

(async () => {
  const connection = await signIns();
  await reading(connection);
  await writing(connection);
  await bulk(connection);
  console.log(JSON.stringify(seen));
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
