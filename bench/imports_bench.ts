/**
 * What it costs to take in a document of 1,000 operations, against reading its text as JSON.
 *
 * Run with `deno bench -A bench/imports_bench.ts`.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { importSettings } from "../src/imports/import_settings.ts";
import { createOffers } from "../src/imports/offers.ts";
import { openOpenApiSource } from "../src/imports/openapi_source.ts";
import { openSearch } from "../src/search/mod.ts";

const OPERATIONS = 1000;
const SCHEMAS = 100;

/** A schema with twenty fields, some of them others. */
function schemaOf(number: number) {
  const fields = Array.from({ length: 20 }, (_, at) => [
    `field${at}`,
    at > 16 && number > 3
      ? { $ref: `#/components/schemas/S${(number + at) % 4}` }
      : { type: "string", description: `The field ${at} of the schema ${number}`, maxLength: 100 },
  ]);
  return { type: "object", required: ["field0"], properties: Object.fromEntries(fields) };
}

function endpointOf(number: number) {
  const schema = { $ref: `#/components/schemas/S${number % SCHEMAS}` };
  const content = { "application/json": { schema } };
  return {
    operationId: `things/operation-${number}`,
    description: `Does what is number ${number} among the things that can be done.`,
    parameters: [
      { name: "id", in: "path", required: true, schema: { type: "string" } },
      { name: "page", in: "query", schema: { type: "integer", minimum: 1 } },
    ],
    requestBody: { required: true, content },
    responses: {
      200: { description: "Done", content },
      404: { description: "Not there", content },
    },
  };
}

const text = JSON.stringify({
  ...{ openapi: "3.0.3", info: { title: "Things", version: "1.0.0" } },
  paths: Object.fromEntries(
    Array.from({ length: OPERATIONS }, (_, at) => [`/things${at}/{id}`, { post: endpointOf(at) }]),
  ),
  components: {
    schemas: Object.fromEntries(
      Array.from({ length: SCHEMAS }, (_, at) => [`S${at}`, schemaOf(at)]),
    ),
  },
});
const openapi = await Deno.makeTempFile({ suffix: ".json" });
addEventListener("unload", () => Deno.removeSync(openapi));
await Deno.writeTextFile(openapi, text);
const settings = importSettings("things", { openapi, baseUrl: "https://things.example" });

const group = "1,000 operations";

Deno.bench("floor: the text is read as JSON", { group, baseline: true }, () => {
  JSON.parse(text);
});

Deno.bench("they can be called", { group }, async () => {
  await using source = openOpenApiSource({ settings, capabilities: undefined });
  await source.load(new AbortController().signal);
});

Deno.bench("they can be called and found", { group }, async () => {
  const offers = createOffers();
  using search = openSearch({
    own: [],
    spokes: offers,
    exports: offers.ruleOf,
  });
  await using source = openOpenApiSource({ settings, capabilities: undefined });
  const loaded = await source.load(new AbortController().signal);
  if (loaded?.operations.size !== OPERATIONS) throw new Error("some are missing");
  offers.publish("things", loaded);
  while (search.size.waiting > 0) await setImmediate();
});
