/**
 * Operations found in a directory.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { OperationSpecSchema } from "./types.ts";
import type { OperationSpec } from "./types.ts";
import { validatorOf } from "./validator.ts";

/** What a scan asks of a file system. */
export interface ScannerFS {
  readdir(path: string): AsyncIterable<{ name: string; isFile: boolean; isDirectory: boolean }>;
  cwd(): string;
}

/** Operations and where they are served. */
export interface OperationManifest {
  operations: Record<string, OperationSpec>;
  baseUrl?: string;
}

const log = getLogger("operations:scanner");
const MODULE = /(?<!\.d)\.ts$|\.m?js$/;

function isOperation(value: unknown): value is OperationSpec {
  return validatorOf(OperationSpecSchema).check(value);
}

/** The file's URL, whatever characters its path holds. */
function fileUrl(path: string, cwd: string): string {
  const isAbsolute = /^(?:\/|\\|[A-Za-z]:)/.test(path);
  const full = (isAbsolute ? path : `${cwd}/${path}`).replaceAll("\\", "/");
  const encoded = encodeURI(full).replace(/[?#]/g, encodeURIComponent);
  return `file://${encoded.startsWith("/") ? "" : "/"}${encoded}`;
}

async function load(path: string, fs: ScannerFS): Promise<OperationSpec[]> {
  try {
    const module: { default?: unknown } = await import(fileUrl(path, fs.cwd()));
    if (isOperation(module.default)) return [module.default];
    log.warn("file has no operation as its default export", { path });
  } catch (error) {
    log.error("file cannot be imported", { path, error });
  }
  return [];
}

/**
 * Imports every module under `dirPath`, depth first, and collects the operations that are default
 * exports. Other files are skipped.
 *
 * @throws {Error} if a directory cannot be read.
 */
export async function scanOperations(dirPath: string, fs: ScannerFS): Promise<OperationSpec[]> {
  const operations: OperationSpec[] = [];
  try {
    for await (const { name, isFile, isDirectory } of fs.readdir(dirPath)) {
      const path = `${dirPath}/${name}`;
      if (isDirectory) operations.push(...await scanOperations(path, fs));
      else if (isFile && MODULE.test(name)) operations.push(...await load(path, fs));
    }
  } catch (cause) {
    log.error("directory cannot be processed", { dirPath, cause });
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Failed to process directory ${dirPath}: ${message}`, { cause });
  }
  return operations;
}
