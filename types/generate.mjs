// Types of an OpenAPI document: JSON on standard input, TypeScript on standard output. `make types` runs it.
import { text } from "node:stream/consumers";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const HEADER = `/**
 * The types of ragproxy's API, made of its /openapi.json by \`make types\`: not to be changed by hand.
 *
 * \`paths\` is what openapi-fetch and its like take; every schema has its name at the end, too: \`import type { Source }\`.
 */

`;
// what is told of these is a part of what there is: their other fields are unknown, and stay
const OPEN = new Set(["EarlierItem", "FineTuningJob", "Images", "Item", "Transcription", "UpstreamEvent"]);
const BLOB = ts.factory.createTypeReferenceNode("Blob");

/** The schema without its word that there may be other fields, or the compiler would let a misspelt one pass. */
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const { additionalProperties, ...rest } = schema;
  const isOpen = additionalProperties !== undefined && !(additionalProperties === true && schema.properties);
  const shut = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, closed(value)]));
  return isOpen ? { ...shut, additionalProperties: closed(additionalProperties) } : shut;
}

const document = JSON.parse(await text(process.stdin));
const { schemas } = document.components;
const shut = closed(document);
for (const name of OPEN) shut.components.schemas[name] = schemas[name];
const types = await openapiTS(shut, {
  defaultNonNullable: false, // what has a default may be left out of a request
  rootTypes: true,
  rootTypesNoSchemaPrefix: true,
  transform: (schema) => (schema.format === "binary" ? BLOB : undefined),
});
process.stdout.write(HEADER + astToString(types));
