// Without a client: fetch, with the types of bodies and answers. tests/e2e/test_typescript.py compiles it.
import type { ChatCompletion, ChatRequest, Error as ApiError, ResponseStreamEvent, paths } from "ragproxy-types";

type Chat = paths["/v1/chat/completions"]["post"];
type Asked = Chat["requestBody"]["content"]["application/json"];
type Answered = Chat["responses"][200]["content"]["application/json"];
type Refused = Chat["responses"][429]["content"]["application/json"];

const body: ChatRequest = {
  model: "rag/contracts",
  messages: [
    { role: "system", content: "Be brief." },
    {
      role: "user",
      content: [
        { type: "text", text: "What does this show?" },
        { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
      ],
    },
  ],
  tools: [{ type: "function", function: { name: "look", parameters: { type: "object" } } }],
  reasoning_effort: "low",
  response_format: { type: "json_schema", json_schema: { name: "tower", schema: { type: "object" } } },
  rag: { cache: { ttl_s: 60 }, filters: { type: "in", key: "year", value: [2025, 2026] } },
};
const asked: Asked = body;

export async function ask(server: string): Promise<string | null> {
  const response = await fetch(`${server}/v1/chat/completions`, { method: "POST", body: JSON.stringify(asked) });
  if (!response.ok) {
    const { error }: Refused | ApiError = await response.json();
    throw new Error(`${error.code ?? error.type}: ${error.message}`);
  }
  const answer: Answered & ChatCompletion = await response.json();
  for (const call of answer.choices[0]?.message.tool_calls ?? []) {
    console.log(call.type === "function" ? call.function.arguments : call.custom.input);
  }
  return answer.choices[0]?.message.content ?? null;
}

/** What is told apart by its type has the fields of that type. */
export function added(event: ResponseStreamEvent): string {
  if (event.type === "response.output_text.delta") return event.delta;
  if (event.type === "response.failed") throw new Error(event.response.error?.code ?? "unknown");
  return "";
}

/** What a form sends. */
export const form: paths["/v1/files"]["post"]["requestBody"]["content"]["multipart/form-data"] = {
  file: new Blob(["The tower is 330 metres tall."]),
  purpose: "assistants",
};
