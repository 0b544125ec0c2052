import type { FoundOperation } from "../../bridges/ports.ts";
import type { Document } from "./documents.ts";

/** An operation as it is told to who looks for it: at a node, or of the hub itself. */
export function found(document: Document, peerId: string | undefined): FoundOperation {
  const { name, namespace, type, description } = document;
  return {
    ...{ namespace, type, description },
    ...(peerId === undefined ? { name } : { name: `${peerId}/${name}`, peerId }),
  };
}
