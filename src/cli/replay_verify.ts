/**
 * `hub replay KIND [ID] --verify`: folds logs whole and compares them with the stored snapshots.
 *
 * @module
 */
import { type Address, decodeText, openStreamReader, snapshotSubject } from "@hub/bus";
import {
  createActorLister,
  DamagedCommit,
  type LogRecord,
  openActorLog,
} from "../../actors/runtime/mod.ts";
import {
  createVerification,
  isSound,
  type Verification,
  type Verified,
} from "../../actors/runtime/replay/mod.ts";
import { changeLines, jsonLine, safeText } from "./actor_text.ts";
import { CommandFailed } from "./command_failed.ts";
import type { HubConnection } from "./connect_hub.ts";
import { print, printError, style } from "./output.ts";
import { knownKind } from "./replay_log.ts";

/** Actors between two lines that tell of the progress. */
const PROGRESS_EVERY = 100;
const PAGE = 1_000;

export interface VerifyOptions {
  readonly kind: string;
  /** Without it, all actors of the kind. */
  readonly id: string | undefined;
  readonly json: boolean;
}

interface Checked {
  readonly address: Address;
  readonly events: number;
  readonly verified: Verified;
}

/** @throws {CommandFailed} when something is not as it should be. */
export async function verifyActors(hub: HubConnection, options: VerifyOptions): Promise<void> {
  const { kind, id, json } = options;
  const check = await createCheck(hub, kind);
  const counts = { actors: 0, events: 0, same: 0, "no snapshot": 0, "other version": 0 };
  const problems: Checked[] = [];
  for await (const { address, total } of id === undefined ? all(hub, kind) : one({ kind, id })) {
    const checked = await check(address);
    const { events, verified } = checked;
    counts.actors++;
    counts.events += events;
    if (verified.is in counts && isSound(verified)) counts[countOf(verified)]++;
    if (!isSound(verified)) {
      problems.push(checked);
      if (!json) print(...problemLines(checked));
    }
    if (counts.actors % PROGRESS_EVERY === 0 && Deno.stderr.isTerminal()) {
      printError(style(`  ${counts.actors} of ${total} actors, ${counts.events} events`, "dim"));
    }
  }
  if (json) print(jsonLine({ ...counts, problems }));
  else print(summary(kind, { ...counts, problems: problems.length }));
  if (problems.length > 0) throw new CommandFailed("not all is as it should be");
}

type Sound = "same" | "no snapshot" | "other version";

function countOf({ is }: Verified): Sound {
  return is === "same" || is === "other version" ? is : "no snapshot";
}

/** Compares one actor; what is read first is not newer than what is read then. */
async function createCheck(hub: HubConnection, kind: string) {
  const known = await knownKind(hub, kind);
  const { realm } = hub.bus;
  const reader = await openStreamReader(hub.bus);
  const log = await openActorLog(hub.bus);
  return async (address: Address): Promise<Checked> => {
    const snapshot = await reader.last("SNAPSHOTS", snapshotSubject(realm, address));
    const verification = createVerification(known, snapshot && decodeText(snapshot.data));
    const unreadable = await readAll(log.read(address), verification);
    const { events } = verification;
    if (unreadable !== undefined) return { address, events, verified: unreadable };
    if (events === 0 && snapshot === undefined) {
      throw new Error(`Cannot verify ${address.kind}/${address.id}: nothing was ever sent to it`);
    }
    return { address, events, verified: verification.finish() };
  };
}

/** One log that is damaged is found out, and the others are looked at all the same. */
async function readAll(
  log: AsyncIterable<LogRecord>,
  verification: Verification,
): Promise<Verified | undefined> {
  try {
    for await (const record of log) verification.take(record);
    return undefined;
  } catch (error) {
    if (!(error instanceof DamagedCommit)) throw error;
    return { is: "unfoldable", seq: error.seq, why: error.message };
  }
}

interface Listed {
  readonly address: Address;
  readonly total: number;
}

async function* one(address: Address): AsyncGenerator<Listed> {
  yield { address, total: 1 };
}

async function* all({ bus }: HubConnection, kind: string): AsyncGenerator<Listed> {
  using lister = createActorLister(bus);
  let after: string | undefined;
  do {
    const page = await lister.list({ kind, limit: PAGE, ...(after ? { after } : {}) });
    for (const address of page.addresses) yield { address, total: page.total };
    after = page.next;
  } while (after !== undefined);
}

function problemLines({ address: { kind, id }, verified }: Checked): string[] {
  const head = `${style("✗", "red")} ${kind}/${id}  `;
  switch (verified.is) {
    case "different":
      return [
        `${head}the snapshot of message ${verified.seq} differs (stored → folded)`,
        ...changeLines(verified.changes).map((line) => `    ${line}`),
      ];
    case "unfoldable":
      return [`${head}message ${verified.seq} cannot be folded: ${safeText(verified.why)}`];
    case "damaged":
      return [`${head}the snapshot is damaged: ${safeText(verified.why)}`];
    default:
      return [];
  }
}

function summary(
  kind: string,
  counts: Readonly<Record<Sound | "actors" | "events" | "problems", number>>,
): string {
  const { actors, events, same, problems, "no snapshot": none, "other version": other } = counts;
  const mark = problems === 0 ? style("✓", "green") : style("✗", "red");
  const parts = [
    `${same} as their snapshots, byte for byte`,
    ...(none === 0 ? [] : [`${none} without a snapshot`]),
    ...(other === 0 ? [] : [`${other} with one of another version`]),
    ...(problems === 0 ? [] : [`${problems} not as they should be`]),
  ];
  return `${mark} ${kind}: ${actors} ${
    actors === 1 ? "actor" : "actors"
  }, ${events} events folded; ${parts.join(", ")}`;
}
