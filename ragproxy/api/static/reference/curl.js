// A request as a shell command.

/** `asked` has method, url, headers, and as its body `json` (text) or `form` ([name, value or File] pairs). */
export function curl(asked, { isOpen }) {
  const parts = [`curl ${asked.method === "get" || (asked.method === "post" && hasBody(asked)) ? "" : `-X ${asked.method.toUpperCase()} `}${quoted(asked.url)}`];
  if (!isOpen) parts.push('-H "Authorization: Bearer $RAGPROXY_KEY"');
  for (const [name, value] of Object.entries(asked.headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (asked.json !== null) parts.push('-H "Content-Type: application/json"', `-d ${quoted(asked.json)}`);
  for (const [name, value] of asked.form ?? []) {
    parts.push(`-F ${quoted(value instanceof File ? `${name}=@${value.name || "FILE"}` : `${name}=${value}`)}`);
  }
  return parts.join(" \\\n  ");
}

function hasBody(asked) {
  return asked.json !== null || Boolean(asked.form?.length);
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
