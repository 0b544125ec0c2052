/**
 * Folds every log, those of children included, and compares that with the stored snapshots.
 *
 * @module
 */
import {
  type Bus,
  decodeText,
  openStreamReader,
  parseActorSubject,
  snapshotSubject,
} from "@hub/bus";
import { createKinds, type LoggedEvent } from "@hub/actors";
import { createVerification, isSound } from "@hub/actors/replay";
import checked from "./checked_kind.ts";
import type { Raw } from "./read_logs.ts";

/** Says which snapshot is not what its log folds into, byte for byte. */
export async function checkSnapshots(bus: Bus, messages: readonly Raw[]): Promise<string[]> {
  const kinds = createKinds([checked]);
  const reader = await openStreamReader(bus);
  const findings: string[] = [];
  for (const [subject, log] of Map.groupBy(messages, ({ subject }) => subject)) {
    const { kind, id } = parseActorSubject(subject);
    const known = kinds.find(kind);
    if (known === undefined) continue; // Of the hub itself.
    const snapshot = await reader.last("SNAPSHOTS", snapshotSubject(bus.realm, { kind, id }));
    const verification = createVerification(known, snapshot && decodeText(snapshot.data));
    for (const { seq, body } of log) {
      const events: LoggedEvent[] = JSON.parse(body);
      verification.take({ seq, version: checked.version, events });
    }
    const verified = verification.finish();
    if (!isSound(verified)) {
      findings.push(`${kind}/${id}: its snapshot is ${JSON.stringify(verified)}`);
    }
  }
  return findings;
}
