// A request to begin with: of each object the fields that it must have, with values that look like them.

const VALUES = {
  model: "ragproxy", role: "user", content: "On which port does the server listen?", input: "On which port does the server listen?",
  prompt: "On which port does the server listen?", query: "port", name: "example", purpose: "assistants",
};
const ALSO = ["content", "text"]; // without them a message would say nothing
const DEEPEST = 6;

/** A value that the schema allows, as far as a schema can tell. */
export function sample(api, schema, name = "", depth = 0) {
  const told = api.resolve(schema) ?? {};
  if ("const" in told) return told.const;
  const choices = told.anyOf ?? told.oneOf;
  if (choices) return sample(api, choices.find((each) => api.resolve(each).type !== "null") ?? {}, name, depth);
  const type = [told.type].flat().find((each) => each !== "null");
  if (told.properties) return object(api, told, depth);
  if (type === "array") return depth < DEEPEST && told.items ? [sample(api, told.items, name, depth + 1)] : [];
  if (type === "object") return {};
  if (type === "boolean") return false;
  if (type === "integer" || type === "number") return told.default ?? told.minimum ?? 1;
  if (told.enum) return told.enum.includes(VALUES[name]) ? VALUES[name] : told.enum[0];
  return VALUES[name] ?? "string";
}

function object(api, told, depth) {
  if (depth >= DEEPEST) return {};
  const names = Object.keys(told.properties);
  const needed = names.filter((each) => told.required?.includes(each) || (depth > 0 && ALSO.includes(each)));
  const chosen = needed.length || depth ? needed : names.slice(0, 1);
  return Object.fromEntries(chosen.map((each) => [each, sample(api, told.properties[each], each, depth + 1)]));
}
