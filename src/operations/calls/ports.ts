import type { OperationView } from "@alkdev/operations";
import type { Bus, StreamReader } from "@hub/bus";
import type { CallReader } from "../../calls/call_store.ts";

/** What the operations on calls need. */
export interface CallOperationPorts {
  readonly bus: Bus;
  readonly reader: StreamReader;
  /** What is kept of calls. */
  readonly calls: CallReader;
  /** What can be called, and by whom. */
  readonly view: () => OperationView;
}
