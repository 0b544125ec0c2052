/**
 * What events ask for and the logs must show in the end: each effect done once, each timer fired
 * once, each message heard once and in order, each child at its end once.
 *
 * @module
 */
import { labelOf } from "./check_past.ts";
import { atText, type Logged, type Logs } from "./history.ts";

/** What the logs show of it. */
export interface FollowUps {
  /** Asked for and not there: late, as long as the hub goes on. */
  readonly missing: readonly string[];
  /** What no later event can put right. */
  readonly wrong: readonly string[];
}

/** What each event that asks for something is followed by, and of which cause that has to be. */
const ANSWERS = {
  WORK: { type: (label: string) => `xstate.done.actor.work-${label}`, from: "effect" },
  HIRE: { type: (label: string) => `xstate.done.actor.apprentice-${label}`, from: "actor" },
  ARM: { type: () => "RANG", from: "timer" },
  PASS: { type: () => "HEARD", from: "actor" },
} as const;

/** Looks through all logs. */
export function findFollowUps(logs: Logs): FollowUps {
  const missing: string[] = [], wrong: string[] = [];
  const spelled = (actor: string, { type, label }: { type: string; label: string | undefined }) =>
    `${actor} ${type} ${label}`;
  const index = new Map<string, Logged[]>();
  for (const [actor, log] of logs) {
    for (const one of log) {
      const { event } = one.logged;
      const key = spelled(actor, { type: event.type, label: labelOf(event) });
      index.set(key, [...index.get(key) ?? [], one]);
    }
  }
  for (const [actor, log] of logs) {
    for (const one of log) {
      const { event } = one.logged;
      const label = labelOf(event);
      const answer = Object.entries(ANSWERS).find(([type]) => type === event.type)?.[1];
      if (answer === undefined || label === undefined) continue;
      const receiver = event.type === "PASS" ? String(event.to) : actor;
      const type = answer.type(label);
      const found = index.get(spelled(receiver, { type, label })) ?? [];
      const what = `${type} for ${event.type} ${label} (${actor} ${atText(one)})`;
      if (found.length === 0) missing.push(what);
      if (found.length > 1) wrong.push(`${what}: ${found.length} times`);
      for (const end of found) wrong.push(...wrongEnd({ ...one, actor, what }, end));
      if (found.some(({ logged }) => logged.cause.from !== answer.from)) {
        wrong.push(`${what}: not from ${answer.from}`);
      }
    }
    wrong.push(...keysTwice(actor, log));
    const chimes = findChimes(actor, log);
    missing.push(...chimes.missing);
    wrong.push(...chimes.wrong);
  }
  return { missing, wrong: [...wrong, ...heardInOrder(logs)] };
}

interface Asked extends Logged {
  readonly actor: string;
  readonly what: string;
}

/** An effect ends under the key of the event that began it, a timer not before its time. */
function wrongEnd(asked: Asked, { logged: { cause, event, at } }: Logged): string[] {
  const { what, logged } = asked;
  const key = `${atText(asked)}/`;
  const wrong: string[] = [];
  if (cause.from === "effect" || cause.from === "timer") {
    if (!cause.key.startsWith(key)) wrong.push(`${what}: its key is ${cause.key}`);
  }
  if (cause.from === "effect") {
    const said = JSON.stringify(event.output);
    if (!said.includes(JSON.stringify(cause.key).slice(1))) {
      wrong.push(`${what}: it ran as ${said}`);
    }
  }
  if (cause.from === "timer" && at < logged.at + Number(logged.event.ms)) {
    wrong.push(`${what}: ${at - logged.at} ms after it was armed`);
  }
  return wrong;
}

function keysTwice(actor: string, log: readonly Logged[]): string[] {
  const keys = log.flatMap(({ logged: { cause } }) => "key" in cause ? [cause.key] : []);
  const seen = new Set<string>();
  return keys.filter((key) => seen.size === seen.add(key).size)
    .map((key) => `${actor}: ${key} ended twice`);
}

/** The timer with a name: the last one set fires, unless it was taken back, and no other does. */
function findChimes(actor: string, log: readonly Logged[]): FollowUps {
  const wrong: string[] = [];
  let wound: string | undefined;
  for (const { logged: { event }, ...at } of log) {
    if (event.type === "WIND") wound = labelOf(event);
    if (event.type === "UNWIND") wound = undefined;
    if (event.type !== "CHIMED") continue;
    const label = labelOf(event);
    if (label !== wound) {
      wrong.push(
        `${actor}: CHIMED ${label} at ${atText(at)}, when ${wound ?? "nothing"} was wound`,
      );
    }
    wound = undefined;
  }
  return { missing: wound === undefined ? [] : [`CHIMED for WIND ${wound} (${actor})`], wrong };
}

/** What one actor has told another is heard in the order in which it was told. */
function heardInOrder(logs: Logs): string[] {
  const wrong: string[] = [];
  for (const [receiver, log] of logs) {
    const heard = log.filter(({ logged: { event } }) => event.type === "HEARD");
    const bySender = Map.groupBy(
      heard,
      ({ logged: { cause } }) => cause.from === "actor" ? cause.address : "nobody",
    );
    for (const [sender, messages] of bySender) {
      const told = (logs.get(sender.replace(/^checked\//, "")) ?? [])
        .filter(({ logged: { event } }) => event.type === "PASS" && event.to === receiver)
        .map(({ logged: { event } }) => labelOf(event));
      const labels = messages.map(({ logged: { event } }) => labelOf(event));
      const known = new Set(labels);
      const expected = told.filter((label) => known.has(label));
      if (labels.join() !== expected.join()) {
        wrong.push(
          `${receiver} heard from ${sender}: ${labels.join()}; told was ${expected.join()}`,
        );
      }
    }
  }
  return wrong;
}
