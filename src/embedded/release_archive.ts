/**
 * The official release archives of the NATS project, for machines without Debian's packages.
 *
 * @module
 */

/** The release that is fetched, and where releases live. */
export const NATS_RELEASE = {
  version: "2.15.1",
  baseUrl: "https://github.com/nats-io/nats-server/releases/download",
} as const;

const ARCHES: Readonly<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64" };
const MAX_ARCHIVE_BYTES = 128 * 1024 * 1024;

/** Name of the archive for a platform; `undefined` where there is none that we can start. */
export function archiveName({ os, arch }: { os: string; arch: string }): string | undefined {
  const cpu = ARCHES[arch];
  if (cpu === undefined || (os !== "linux" && os !== "darwin")) return undefined;
  return `nats-server-v${NATS_RELEASE.version}-${os}-${cpu}.tar.gz`;
}

/**
 * Downloads `name`, verifies it against the release's list of SHA-256 sums, and returns the
 * `nats-server` program inside.
 *
 * @throws {Error} when a download fails, the sum is missing or differs, or there is no program.
 */
export async function fetchRelease(
  name: string,
  { baseUrl = NATS_RELEASE.baseUrl, signal }: { baseUrl?: string; signal?: AbortSignal } = {},
): Promise<Uint8Array> {
  const release = `${baseUrl}/v${NATS_RELEASE.version}`;
  const sums = new TextDecoder().decode(await download(`${release}/SHA256SUMS`, signal));
  const expected = sums.split("\n").map((line) => line.trim().split(/\s+\*?/))
    .find(([, file]) => file === name)?.[0];
  if (expected === undefined) throw new Error(`The release's SHA256SUMS do not name ${name}`);
  const archive = await download(`${release}/${name}`, signal);
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", archive)).toHex();
  if (found !== expected.toLowerCase()) {
    throw new Error(`${name} has the SHA-256 sum ${found}, its release says ${expected}`);
  }
  const program = findInTar(await gunzip(archive), "nats-server");
  if (program === undefined) throw new Error(`${name} holds no nats-server`);
  return program;
}

async function download(url: string, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url, signal ? { signal } : {});
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`${url} answered ${response.status}`);
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > MAX_ARCHIVE_BYTES) throw new Error(`${url} is over ${MAX_ARCHIVE_BYTES} bytes`);
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts.map((part) => part.slice())).arrayBuffer());
}

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const BLOCK = 512;

/** The bytes of the regular file with that base name in an uncompressed tar archive. */
function findInTar(tar: Uint8Array, baseName: string): Uint8Array | undefined {
  const text = (from: number, length: number) =>
    new TextDecoder().decode(tar.subarray(from, from + length)).replace(/\0.*$/s, "").trim();
  for (let at = 0; at + BLOCK <= tar.byteLength;) {
    const name = text(at, 100);
    if (name === "") return undefined;
    const size = parseInt(text(at + 124, 12), 8);
    if (!Number.isSafeInteger(size)) throw new Error(`The archive's entry ${name} has no size`);
    const isFile = ["0", ""].includes(text(at + 156, 1));
    const from = at + BLOCK;
    if (isFile && name.split("/").at(-1) === baseName) return tar.slice(from, from + size);
    at = from + Math.ceil(size / BLOCK) * BLOCK;
  }
  return undefined;
}
