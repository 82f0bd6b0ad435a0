// The document of the API, and how to find one's way in it.

const METHODS = new Set(["get", "post", "put", "patch", "delete"]);

/** Read the document; throws when it cannot be had. */
export async function readApi() {
  const response = await fetch("/openapi.json");
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return new Api(await response.json());
}

/** The document with its operations in a list, each under its resource. */
export class Api {
  constructor(told) {
    this.told = told;
    this.operations = Object.entries(told.paths).flatMap(([path, item]) =>
      Object.keys(item).filter((name) => METHODS.has(name)).map((method) => this.#operation(path, method, item)));
    this.resources = told.tags.map((tag) => ({ ...tag, operations: this.operations.filter((each) => each.tag === tag.name) }));
    this.schemas = Object.keys(told.components.schemas).sort((a, b) => a.localeCompare(b, "en"));
  }

  /** What a node says, where it says it by reference too. */
  resolve(node) {
    let found = node;
    while (found?.$ref) found = found.$ref.slice(2).split("/").reduce((part, name) => part[name.replaceAll("~1", "/")], this.told);
    return found;
  }

  /** The operation of that id, or undefined. */
  operation(id) {
    return this.operations.find((each) => each.id === id);
  }

  /** The resource of that name, or undefined. */
  resource(name) {
    return this.resources.find((each) => each.name === name);
  }

  /** The schema of that name, or undefined. */
  schema(name) {
    return Object.hasOwn(this.told.components.schemas, name) ? this.told.components.schemas[name] : undefined;
  }

  /** The operations whose request or answers name the schema at once. */
  users(name) {
    const reference = `"#/components/schemas/${name}"`;
    return this.operations.filter((each) => JSON.stringify([each.body, each.answers]).includes(reference));
  }

  #operation(path, method, item) {
    const told = item[method];
    const parameters = [...(item.parameters ?? []), ...(told.parameters ?? [])].map((each) => this.resolve(each));
    const answers = Object.entries(told.responses).map(([status, each]) => ({ status, ...this.resolve(each) }));
    const isOpen = (told.security ?? this.told.security).length === 0;
    return {
      id: told.operationId, path, method, tag: told.tags[0], summary: told.summary, description: told.description,
      parameters, answers, isOpen, body: told.requestBody ? this.resolve(told.requestBody) : null,
      isForBrowsers: !answers.some(({ status }) => status.startsWith("2")), // it sends them elsewhere
    };
  }
}

/** The name of the schema that a node refers to, or null. */
export function nameOf(node) {
  return node?.$ref?.startsWith("#/components/schemas/") ? node.$ref.split("/").at(-1) : null;
}
