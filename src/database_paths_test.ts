import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { databasePaths, type SocketDefaults } from "./database_paths.ts";

const SOCKETS: readonly (readonly [string, SocketDefaults, string | undefined])[] = [
  ["postgres://hub@db.example/hub", {}, undefined],
  ["postgres://hub@db.example/hub", { PGHOST: "/run/pg" }, undefined],
  ["postgres://hub@db.example/hub?host=/run/pg", {}, "/run/pg/.s.PGSQL.5432"],
  ["postgres:///hub?host=/run/pg/&port=5433", {}, "/run/pg/.s.PGSQL.5433"],
  ["postgres://hub@%2Frun%2Fpg:5433/hub", {}, "/run/pg/.s.PGSQL.5433"],
  ["postgres:///hub", { PGHOST: "/run/pg", PGPORT: "7" }, "/run/pg/.s.PGSQL.7"],
  ["postgres:///hub", {}, undefined],
  ["no url at all", {}, undefined],
];

for (const [url, env, socket] of SOCKETS) {
  Deno.test(`databasePaths() finds the socket of ${url} with ${JSON.stringify(env)}`, () => {
    strictEqual(databasePaths(url, env).socket, socket);
  });
}

Deno.test("databasePaths() finds the certificates that a URL names", () => {
  const url = "postgres://hub@db.example/hub?sslmode=verify-full&sslrootcert=/etc/ca.pem&sslkey=/k";
  deepStrictEqual(databasePaths(url).files, ["/k", "/etc/ca.pem"]);
});
