/**
 * The recipe for Debian packages, on a small archive of its own.
 *
 * @module
 */
import { match, rejects, strictEqual } from "node:assert/strict";
import { dirname, join } from "node:path";
import { fromFileUrl } from "../../tests/harness/paths.ts";

const isDebian = await Deno.stat("/usr/bin/apt-get").then(() => true, () => false);

interface Package {
  readonly name: string;
  readonly version: string;
  readonly depends?: string;
}

interface ArchiveOptions {
  /** Of the package `tool`. */
  readonly version: string;
  readonly origin: string;
  readonly others?: readonly Package[];
}

/** An archive of packages that hold one file each, `usr/bin/NAME`. */
async function archiveOf({ version, origin, others = [] }: ArchiveOptions) {
  const dir = await Deno.makeTempDir();
  const archive = join(dir, "archive");
  await Deno.mkdir(archive);
  const packages = [{ name: "tool", version }, ...others];
  const stanzas = await Promise.all(packages.map((one) => build(one, dir)));
  const index = stanzas.join("\n");
  await Deno.writeTextFile(join(archive, "Packages"), index);
  const encoded = new TextEncoder().encode(index);
  const entry = `${(await sha256(encoded)).toHex()} ${encoded.byteLength} Packages`;
  const date = new Date().toUTCString().replace("GMT", "UTC");
  const release = `Origin: ${origin}\nLabel: test\nDate: ${date}\nSHA256:\n ${entry}\n`;
  await Deno.writeTextFile(join(archive, "Release"), release);
  return {
    dir,
    file: join(archive, "tool.deb"),
    line: `deb [trusted=yes] file://${archive} ./`,
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

/** Builds a package and returns what the archive's index says of it. */
async function build({ name, version, depends }: Package, dir: string): Promise<string> {
  const tree = join(dir, name), file = join(dir, "archive", `${name}.deb`);
  const control = `Package: ${name}\nVersion: ${version}\nArchitecture: all\n` +
    (depends === undefined ? "" : `Depends: ${depends}\n`) +
    "Maintainer: nobody <nobody@example.org>\nDescription: a tool\n";
  await Deno.mkdir(join(tree, "DEBIAN"), { recursive: true });
  await Deno.mkdir(join(tree, "usr", "bin"), { recursive: true });
  await Deno.writeTextFile(join(tree, "DEBIAN", "control"), control);
  await Deno.writeTextFile(join(tree, "usr", "bin", name), "#!/bin/sh\n", { mode: 0o755 });
  const built = await new Deno.Command("dpkg-deb", { args: ["--build", tree, file] }).output();
  strictEqual(built.success, true);
  const bytes = await Deno.readFile(file);
  const sum = (await sha256(bytes)).toHex();
  return `${control}Filename: ./${name}.deb\nSize: ${bytes.byteLength}\nSHA256: ${sum}\n`;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

const SCRIPT = fromFileUrl("../../src/embedded/fetch_deb.sh");
const MINIMUM = "2.12.0";

interface FetchOptions {
  readonly place?: string;
  /** Packages that come along. */
  readonly others?: readonly string[];
}

async function fetchTool(
  archive: { dir: string; line: string },
  { place = "work", others = [] }: FetchOptions = {},
) {
  const { code, stdout, stderr } = await new Deno.Command(SCRIPT, {
    args: [join(archive.dir, place), archive.line, "Debian", "tool", MINIMUM, ...others],
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  const tool = join(archive.dir, place, "root", "usr", "bin", "tool");
  return { code, printed: text(stdout), said: text(stderr), tool };
}

const options = { ignore: !isDebian };

Deno.test(
  "fetch_deb.sh unpacks a package that is new enough and prints its version",
  options,
  async () => {
    await using archive = await archiveOf({ version: "2.12.0-1", origin: "Debian" });
    const { code, printed, said, tool } = await fetchTool(archive);
    strictEqual(code, 0, said);
    strictEqual(printed, "2.12.0-1");
    strictEqual((await Deno.stat(tool)).isFile, true);
  },
);

Deno.test(
  "fetch_deb.sh ends with code 3 where the package is too old, and unpacks nothing",
  options,
  async () => {
    await using archive = await archiveOf({ version: "2.9.10-2", origin: "Debian" });
    const { code, tool } = await fetchTool(archive);
    strictEqual(code, 3);
    await rejects(Deno.stat(tool), Deno.errors.NotFound);
  },
);

Deno.test(
  "fetch_deb.sh ends with code 5 where the archive is somebody else's",
  options,
  async () => {
    await using archive = await archiveOf({ version: "2.12.0-1", origin: "Vendor" });
    const { code, said, tool } = await fetchTool(archive);
    strictEqual(code, 5);
    match(said, /does not say that it is Debian's/);
    await rejects(Deno.stat(tool), Deno.errors.NotFound);
  },
);

Deno.test("fetch_deb.sh refuses a package that is not what its index says", options, async () => {
  await using archive = await archiveOf({ version: "2.12.0-1", origin: "Debian" });
  await Deno.writeTextFile(archive.file, "something else");
  const { code, tool } = await fetchTool(archive);
  strictEqual(code !== 0, true);
  await rejects(Deno.stat(tool), Deno.errors.NotFound);
});

Deno.test(
  "fetch_deb.sh refuses to work in a path that would break out of apt's configuration",
  options,
  async () => {
    await using archive = await archiveOf({ version: "2.12.0-1", origin: "Debian" });
    const { code, said } = await fetchTool(archive, { place: 'a"b' });
    strictEqual(code, 4);
    match(said, /without quotes/);
  },
);

Deno.test(
  "fetch_deb.sh brings other packages with the libraries they need, but not the C library",
  options,
  async () => {
    await using archive = await archiveOf({
      version: "2.12.0-1",
      origin: "Debian",
      others: [
        { name: "helper", version: "1", depends: "libc6, libwanted (>= 1), adduser" },
        { name: "libwanted", version: "1" },
        { name: "libc6", version: "2.36" },
        { name: "adduser", version: "3" },
      ],
    });
    const { code, said, tool } = await fetchTool(archive, { others: ["helper"] });
    strictEqual(code, 0, said);
    const unpacked = await Array.fromAsync(Deno.readDir(dirname(tool)), ({ name }) => name);
    strictEqual(unpacked.toSorted().join(), "helper,libwanted,tool");
  },
);
