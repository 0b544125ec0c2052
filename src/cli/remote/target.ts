/**
 * Which hub a command means, and with which key it speaks to it.
 *
 * @module
 */
import { parseHubUrl, refuseClear } from "./hub_url.ts";
import { profileNamed, type Profiles } from "./profiles.ts";

/** A hub, and who one is there. */
export interface Target {
  readonly url: string;
  /** None: one is nobody there. */
  readonly key: string | undefined;
  /** What named the hub, for messages. */
  readonly from: string;
}

/** All that can say which hub is meant. */
export interface TargetSources {
  /** Of the command line. */
  readonly url?: string | undefined;
  readonly profile?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly profiles: Profiles;
  /** Whether the user lets a key go unencrypted to another machine. */
  readonly allowHttp?: boolean;
  /** The hub that runs with this data directory. */
  readonly running: () => Promise<string | undefined>;
}

/**
 * Chooses: flags before the environment, that before the profile in use, that before the hub of this
 * data directory. The key in the environment goes wherever the command goes, but to a profile that
 * was named; the key of a profile goes nowhere but to the hub of that profile.
 *
 * @throws {Error} that says what to do where no hub is named, or where the key could be read on its way.
 */
export async function chooseTarget(sources: TargetSources): Promise<Target> {
  const target = await namedTarget(sources);
  const { url, key } = target;
  if (key !== undefined && !isKept(sources.profiles, { url, key })) refuseClear(url, sources);
  return target;
}

async function namedTarget(sources: TargetSources): Promise<Target> {
  const { url, profile, env, profiles } = sources;
  const envKey = textIn(env.HUB_KEY), envUrl = textIn(env.HUB_URL);
  if (url !== undefined && profile !== undefined) {
    throw new Error("Cannot use --url and --profile together: each names a hub");
  }
  if (profile !== undefined) {
    const { url, key } = profileNamed(profiles, profile);
    return { url, key, from: `profile ${profile}` };
  }
  const at = (text: string, from: string): Target => {
    const url = parseHubUrl(text);
    return { url, key: envKey ?? storedKey(profiles, url), from };
  };
  if (url !== undefined) return at(url, "--url");
  if (envUrl !== undefined) return at(envUrl, "HUB_URL");
  if (profiles.current !== undefined) {
    const { url, key } = profileNamed(profiles, profiles.current);
    return { url, key: envKey ?? key, from: `profile ${profiles.current}` };
  }
  const running = await sources.running();
  if (running !== undefined) return at(running, "this data directory");
  throw new Error(
    'No hub is named and none runs here. Log in to one with "hub login URL", name one with --url ' +
      'or HUB_URL, or start one with "deno task start" (HUB_DATA_DIR says where it keeps its data).',
  );
}

/** Whether this key was sent there before: where that is in clear, whoever logged in has allowed it. */
function isKept(
  { profiles }: Profiles,
  { url, key }: { readonly url: string; readonly key: string },
) {
  return Object.values(profiles).some((kept) => kept.url === url && kept.key === key);
}

/** The key with which the user has logged in there; of several, that of the profile in use. */
function storedKey({ current, profiles }: Profiles, url: string): string | undefined {
  const there = Object.entries(profiles).filter(([, profile]) => profile.url === url);
  const [, found] = there.find(([name]) => name === current) ?? there[0] ?? [];
  return found?.key;
}

/** An empty variable is as good as none. */
function textIn(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value.trim();
}
