// Reads SOQL texts as a JSON list and prints, for each, what Salesforce's own grammar has against it.
"use strict";

const { readFileSync } = require("fs");
const { SOQLParser } = require("@salesforce/soql-common/lib/soql-parser");

const parser = SOQLParser({ isApex: false, isMultiCurrencyEnabled: true, apiVersion: 59 });
const faults = (text) =>
  parser.parseQuery(text).getParserErrors().map((error) => error.getMessage());
console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(faults)));
