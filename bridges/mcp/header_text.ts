const ENCODED = /^=\?base64\?(.*)\?=$/;

/**
 * What a header says, whose text may not have been fit for a header and was encoded.
 *
 * @returns `undefined` for what is encoded wrongly.
 */
export function decodeHeaderText(value: string): string | undefined {
  const encoded = ENCODED.exec(value)?.[1];
  if (encoded === undefined) return value;
  try {
    const bytes = Uint8Array.fromBase64(encoded, { lastChunkHandling: "strict" });
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // of all that can be wrong with it, only that it is matters
  }
}
