/**
 * A spoke that offers an HTTP service, from its OpenAPI document.
 *
 * It shows that a service which knows nothing of hubs becomes callable through one, without its secret
 * leaving this program: each path and method is an operation `NAME/…`, with the document's schemas.
 *
 *     HUB_KEY=… SERVICE_TOKEN=… deno run --allow-net --allow-env \
 *       examples/openapi_spoke.ts NAME https://HOST/openapi.json https://HOST
 *
 * @module
 */
import { FromOpenAPIUrl } from "@alkdev/operations/from-openapi";
import type { LibraryOperation } from "@alkdev/operations/spoke";
import { connect } from "./connect.ts";

/** Where a service is. */
export interface Service {
  /** First part of its operations' names. */
  readonly name: string;
  readonly documentUrl: string;
  readonly baseUrl: string;
  /** Sent as a bearer token. */
  readonly token?: string | undefined;
}

/** The operations of a service. */
export async function serviceOperations(service: Service): Promise<LibraryOperation[]> {
  const { name, documentUrl, baseUrl, token } = service;
  return await FromOpenAPIUrl(documentUrl, {
    ...{ namespace: name, baseUrl, timeout: 25_000 },
    ...(token === undefined ? {} : { auth: { type: "bearer", token } }),
  });
}

if (import.meta.main) {
  const [name, documentUrl, baseUrl] = Deno.args;
  if (name === undefined || documentUrl === undefined || baseUrl === undefined) {
    throw new TypeError("Cannot start: say a name, the address of a document, and of the service");
  }
  const token = Deno.env.get("SERVICE_TOKEN");
  await connect(await serviceOperations({ name, documentUrl, baseUrl, token }));
}
