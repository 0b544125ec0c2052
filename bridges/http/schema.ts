/**
 * `GET /schema?name=…` and `POST /schema`: all about one operation.
 *
 * @module
 */
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { type BodyLimits, type GatewayDispatch, readJson, Refusal } from "../gateway/mod.ts";
import { answerResult } from "./answer.ts";
import type { Endpoint } from "./exchange.ts";
import { queryOf } from "./query_of.ts";

const checker = TypeCompiler.Compile(
  Type.Object({ name: Type.String({ minLength: 1, maxLength: 512 }) }),
);

/** Answers with specifications, as the operation `/services/schema` does. */
export function schemaEndpoint(
  { dispatch, body }: { readonly dispatch: GatewayDispatch; readonly body: BodyLimits },
): Endpoint {
  return async ({ request, head, caller, source, signal, requestId, trace }) => {
    const asked = request.method === "GET"
      ? { name: queryOf(request).get("name") }
      : await readJson({ request, head }, body);
    if (!checker.Check(asked)) {
      throw new Refusal(400, { message: "say which operation, as name" });
    }
    const { name } = asked;
    return answerResult(
      await dispatch.invoke({
        ...{ caller, source, signal, requestId, trace },
        ...{ operation: "services/schema", input: { name } },
      }),
    );
  };
}
