/**
 * `GET /search` and `POST /search`: finds operations that the caller may call.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { type BodyLimits, type GatewayDispatch, readJson, Refusal } from "../gateway/mod.ts";
import type { FoundOperation, Search } from "../ports.ts";
import { answerResult } from "./answer.ts";
import type { Endpoint } from "./exchange.ts";
import { queryOf } from "./query_of.ts";

const DEFAULT_LIMIT = 100;

/** What is looked for. */
export const SearchBody = Type.Object({
  query: Type.Optional(Type.String({
    maxLength: 256,
    description: "Words of names, descriptions, tags or fields; they may be misspelled.",
  })),
  namespace: Type.Optional(Type.String({ maxLength: 64 })),
  op_type: Type.Optional(Type.Union([
    Type.Literal("query"),
    Type.Literal("mutation"),
    Type.Literal("subscription"),
  ])),
  peers: Type.Optional(Type.Boolean({
    description: "Whether to find what connected nodes offer, too. Default: true.",
  })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: DEFAULT_LIMIT })),
  cursor: Type.Optional(Type.String({
    maxLength: 512,
    description: "next_cursor of the page before.",
  })),
});
type SearchBody = Static<typeof SearchBody>;

const checker = TypeCompiler.Compile(SearchBody);

/** Answers searches. */
export function searchEndpoint(
  { dispatch, body, search }: {
    readonly dispatch: GatewayDispatch;
    readonly body: BodyLimits;
    readonly search: Search;
  },
): Endpoint {
  return async ({ request, head, caller, source, requestId }) => {
    const asked = request.method === "GET"
      ? fromQuery(queryOf(request))
      : await readJson({ request, head }, body);
    if (!checker.Check(asked)) {
      const at = checker.Errors(asked).First()?.path.slice(1) ?? "";
      throw new Refusal(400, { message: `the search is not understood: ${at || "body"}` });
    }
    const { op_type: type, limit = DEFAULT_LIMIT, ...rest } = asked;
    return answerResult(
      await dispatch.perform({ caller, source, requestId }, () => {
        const page = search.find({
          ...{ ...rest, limit, identity: caller?.identity ?? null },
          ...(type === undefined ? {} : { types: [type] }),
        });
        return {
          operations: page.operations.map(listed),
          ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
        };
      }),
    );
  };
}

function listed({ name, namespace, type, description }: FoundOperation) {
  return { name, namespace, op_type: type, ...(description === "" ? {} : { description }) };
}

/** Texts as the values that they spell; what spells none is left for the check to refuse. */
function fromQuery(query: URLSearchParams): unknown {
  const { limit, peers, ...rest } = Object.fromEntries(query);
  return {
    ...rest,
    ...(limit === undefined ? {} : { limit: /^[0-9]{1,4}$/.test(limit) ? Number(limit) : limit }),
    ...(peers === undefined ? {} : { peers: FLAGS.get(peers) ?? peers }),
  };
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ["1", true],
  ["true", true],
  ["0", false],
  ["false", false],
]);
