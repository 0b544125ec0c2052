/** A service with an OpenAPI document that changes, and answers that tell what it was asked. */

/** What the service was asked. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A running service. */
export interface Pets extends AsyncDisposable {
  readonly url: string;
  /** All but requests for the document. */
  readonly asked: Asked[];
  /** Requests for the document, and with which status each was answered. */
  readonly documents: number[];
  /** Paths of the document; what is put here counts from now on. */
  paths: Record<string, unknown>;
  /** Members of the document beside its paths. */
  more: Record<string, unknown>;
  /** What is answered instead, if anything. */
  instead: ((request: Request) => Response | Promise<Response> | undefined) | undefined;
}

const JSON_OBJECT = { content: { "application/json": { schema: { type: "object" } } } };

/** One endpoint that answers with an object. */
export function endpoint(operationId: string, more: object = {}) {
  return { operationId, responses: { 200: { description: "ok", ...JSON_OBJECT } }, ...more };
}

const ID = { name: "id", in: "path", required: true, schema: { type: "string" } };

/** Paths of the usual service. */
export const PATHS = {
  "/pets": {
    get: endpoint("listPets", {
      description: "All pets of the shop",
      parameters: [{ name: "kind", in: "query", schema: { type: "string" } }],
    }),
    post: endpoint("addPet", {
      requestBody: {
        required: true,
        content: {
          "application/json": {
            schema: {
              type: "object",
              required: ["name"],
              properties: { name: { type: "string" } },
            },
          },
        },
      },
    }),
  },
  "/pets/{id}": { get: endpoint("pets/get", { parameters: [ID] }) },
};

/** Starts the service. */
export function startPets(port = 0): Pets {
  const documents: number[] = [], asked: Asked[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    async (request) => {
      const other = await pets.instead?.(request);
      if (other !== undefined) return other;
      const { pathname, search } = new URL(request.url);
      if (pathname === "/openapi.json") return document(request);
      const body = await request.text();
      const headers = Object.fromEntries(request.headers);
      asked.push({ method: request.method, path: `${pathname}${search}`, headers, body });
      return Response.json({ path: `${pathname}${search}`, method: request.method, body });
    },
  );

  function document(request: Request): Response {
    const text = JSON.stringify({
      ...{ openapi: "3.0.3", info: { title: "Pets", version: "1.0.0" }, paths: pets.paths },
      ...pets.more,
    });
    const etag = `"${text.length}-${checksum(text)}"`;
    const isKnown = request.headers.get("if-none-match") === etag;
    documents.push(isKnown ? 304 : 200);
    return isKnown
      ? new Response(null, { status: 304, headers: { etag } })
      : new Response(text, { headers: { etag, "content-type": "application/json" } });
  }

  const pets: Pets = {
    url: `http://127.0.0.1:${server.addr.port}`,
    ...{ asked, documents, paths: { ...PATHS }, more: {}, instead: undefined },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return pets;
}

function checksum(text: string): number {
  return Array.from(text).reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 2 ** 31, 7);
}
