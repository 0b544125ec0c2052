import { match, strictEqual } from "node:assert/strict";
import { randomId } from "./random_id.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const platforms = {
  "that has UUIDs": globalThis,
  "that has random bytes only, as pages without TLS": {
    crypto: { getRandomValues: crypto.getRandomValues.bind(crypto) },
  },
  "without any crypto, as Node 18": {},
};
for (const [name, platform] of Object.entries(platforms)) {
  Deno.test(`randomId() gives another UUID each time on a platform ${name}`, () => {
    const ids = Array.from({ length: 1000 }, () => randomId(platform));
    for (const id of ids) match(id, UUID);
    strictEqual(new Set(ids).size, ids.length);
  });
}
