/**
 * Task files.
 *
 * @module
 */
export { parseFrontmatter, splitFrontmatter } from "./parse.ts";
export { serializeFrontmatter } from "./serialize.ts";
export { parseTaskDirectory, parseTaskFile } from "./file-io.ts";
export { parseTaskDocument, serializeTaskDocument, type TaskDocument } from "./document.ts";
export { type TaskDocumentPatch, updateTaskDocument } from "./update.ts";
export { type ScanOptions, scanTaskDirectory, type TaskScan, type TaskScanError } from "./scan.ts";
