import { deepStrictEqual, ok, throws } from "node:assert/strict";
import { permissionsFor } from "./permissions.ts";

function option(options: readonly string[], name: string): string[] | undefined {
  return options.find((it) => it.startsWith(`${name}=`))?.slice(name.length + 1).split(",");
}

Deno.test("the hub may write to its data directory and nowhere else", () => {
  deepStrictEqual(option(permissionsFor({ dataDir: "/srv/hub" }), "--allow-write"), ["/srv/hub"]);
});

Deno.test("the hub may run its own two scripts and nothing else", () => {
  const programs = option(permissionsFor({ dataDir: ".hub" }), "--allow-run") ?? [];
  deepStrictEqual(
    programs.map((path) => path.split("/").slice(-3).join("/")),
    ["src/embedded/leash.sh", "src/embedded/fetch_deb.sh"],
  );
});

Deno.test("the hub may read the files that the configuration names", () => {
  const needs = { dataDir: ".hub", credsFile: "/run/hub.creds", configFile: "/etc/hub.jsonc" };
  const read = option(permissionsFor(needs), "--allow-read") ?? [];
  ok(read.includes("/run/hub.creds") && read.includes("/etc/hub.jsonc"));
  ok(!read.includes("/"));
});

Deno.test("the hub may read the documents that it imports", () => {
  const read = option(
    permissionsFor({ dataDir: ".hub", documents: ["/srv/api.yaml"] }),
    "--allow-read",
  );
  ok(read?.includes("/srv/api.yaml"));
});

Deno.test("the hub may read the folders of the modules that declare its kinds", () => {
  const kinds = ["/srv/kinds/order.ts", "file:///srv/other/counter.ts", "/srv/kinds/counter.ts"];
  const read = option(permissionsFor({ dataDir: ".hub", kinds }), "--allow-read") ?? [];
  deepStrictEqual(read.filter((path) => path.startsWith("/srv")), ["/srv/kinds", "/srv/other"]);
});

Deno.test("the hub may use the database's socket and read its certificates, and nothing beside", () => {
  const database = { socket: "/run/pg/.s.PGSQL.5432", files: ["/etc/ca.pem"] };
  const options = permissionsFor({ dataDir: "/srv/hub", database });
  deepStrictEqual(option(options, "--allow-write"), ["/srv/hub", database.socket]);
  const read = option(options, "--allow-read") ?? [];
  deepStrictEqual(read.slice(-2), ["/etc/ca.pem", database.socket]);
});

Deno.test("commands may read and write the user's profiles, and nothing beside them", () => {
  const options = permissionsFor({ dataDir: ".hub", profiles: "/cfg/alkdev-hub" });
  deepStrictEqual(option(options, "--allow-write"), [".hub", "/cfg/alkdev-hub"]);
  ok(option(options, "--allow-read")?.includes("/cfg/alkdev-hub"));
});

for (const dataDir of ["/srv/my hub", "/srv/a,b"]) {
  Deno.test(`permissionsFor() refuses "${dataDir}", which would grant something else`, () => {
    throws(() => permissionsFor({ dataDir }), /without spaces and commas/);
  });
}
