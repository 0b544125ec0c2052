/**
 * Traffic to NATS is hidden where the address says so, and nobody is believed who cannot prove it.
 *
 * @module
 */
import { ok, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { randomRealm, startServer } from "./_testing.ts";
import { openBus } from "./connect.ts";

/** Makes an authority and a server's certificate of it. Without the program there is no such test. */
const OPENSSL = await new Deno.Command("openssl", { args: ["version"], stdout: "null" }).output()
  .then(({ success }) => success, () => false);

async function openssl(...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args: [...args] }).output();
  ok(success, new TextDecoder().decode(stderr));
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];

/** A server that speaks TLS alone, and the authority that vouches for it. */
async function startTlsServer() {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const at = (name: string) => join(folder, name);
  const ca = at("ca.pem"), caKey = at("ca.key"), cert = at("server.pem"), key = at("server.key");
  await openssl("req", "-x509", ...KEY, "-subj", "/CN=authority", "-keyout", caKey, "-out", ca);
  await openssl(
    ...["req", "-x509", ...KEY, "-subj", "/CN=server", "-keyout", key, "-out", cert],
    ...["-CA", ca, "-CAkey", caKey, "-addext", "subjectAltName=DNS:localhost"],
    ...["-addext", "basicConstraints=critical,CA:FALSE"],
  );
  const config = `tls { cert_file: "${cert}", key_file: "${key}" }`;
  const { port } = stack.use(await startServer({ config }));
  const parts = stack.move();
  return { port, ca, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

Deno.test({
  name: "openBus() speaks TLS to a server that an authority vouches for, and to no other",
  ignore: !OPENSSL,
  async fn() {
    await using server = await startTlsServer();
    const common = { name: "test", realm: randomRealm(), connectTimeoutMs: 10_000 };
    const servers = `tls://localhost:${server.port}`;
    {
      await using bus = await openBus({ ...common, servers, tls: { caFile: server.ca } });
      strictEqual(bus.connection.info?.tls_required, true);
      ok(await bus.ping() >= 0);
    }
    // Nobody vouches for it: not even a server that was asked without a word of TLS.
    for (const scheme of ["tls", "nats"]) {
      const opening = openBus({ ...common, servers: `${scheme}://localhost:${server.port}` });
      await rejects(opening, /Cannot connect to NATS .*certificate/);
    }
  },
});
