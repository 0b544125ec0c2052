import { rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { archiveName, fetchRelease, NATS_RELEASE } from "./release_archive.ts";

const NAME = archiveName({ os: "linux", arch: "x86_64" }) ?? "";
const PROGRAM = "#!/bin/sh\necho nats-server: v9.9.9\n";

/** An archive as the project publishes it, made by the system's own tar. */
async function archive(program = PROGRAM): Promise<Uint8Array<ArrayBuffer>> {
  const dir = await Deno.makeTempDir();
  const top = NAME.replace(/\.tar\.gz$/, "");
  await Deno.mkdir(join(dir, top));
  await Deno.writeTextFile(join(dir, top, "README.md"), "nats-server\n");
  await Deno.writeTextFile(join(dir, top, "nats-server"), program, { mode: 0o755 });
  await new Deno.Command("tar", { args: ["-czf", "out.tar.gz", top], cwd: dir }).output();
  const bytes = await Deno.readFile(join(dir, "out.tar.gz"));
  await Deno.remove(dir, { recursive: true });
  return bytes;
}

async function sumOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** A place for releases on this machine. */
function releases(files: Readonly<Record<string, Uint8Array<ArrayBuffer> | string>>) {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const file = files[new URL(request.url).pathname.split("/").at(-1) ?? ""];
    return file === undefined ? new Response(null, { status: 404 }) : new Response(file);
  });
  return {
    baseUrl: `http://127.0.0.1:${server.addr.port}/download`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("fetchRelease() returns the program of an archive whose sum is right", async () => {
  const bytes = await archive();
  await using at = releases({
    [NAME]: bytes,
    SHA256SUMS: `${"0".repeat(64)}  other.tar.gz\n${await sumOf(bytes)}  ${NAME}\n`,
  });
  strictEqual(new TextDecoder().decode(await fetchRelease(NAME, at)), PROGRAM);
});

Deno.test("fetchRelease() refuses an archive that was changed on its way", async () => {
  const bytes = await archive();
  await using at = releases({
    [NAME]: await archive("#!/bin/sh\necho evil\n"),
    SHA256SUMS: `${await sumOf(bytes)}  ${NAME}\n`,
  });
  await rejects(fetchRelease(NAME, at), /has the SHA-256 sum [0-9a-f]{64}, its release says/);
});

Deno.test("fetchRelease() refuses an archive that the list of sums does not name", async () => {
  await using at = releases({ [NAME]: await archive(), SHA256SUMS: "" });
  await rejects(fetchRelease(NAME, at), /do not name/);
});

Deno.test("fetchRelease() says which download failed", async () => {
  await using at = releases({});
  await rejects(fetchRelease(NAME, at), /SHA256SUMS answered 404/);
});

Deno.test("archiveName() names the platform's archive, and none where there is none", () => {
  const { version } = NATS_RELEASE;
  strictEqual(
    archiveName({ os: "darwin", arch: "aarch64" }),
    `nats-server-v${version}-darwin-arm64.tar.gz`,
  );
  strictEqual(archiveName({ os: "windows", arch: "x86_64" }), undefined);
});
