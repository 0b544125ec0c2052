/**
 * Everything that a hub has stored, as text.
 *
 * @module
 */
import { jetstreamManager } from "@nats-io/jetstream";
import type { Bus } from "@hub/bus";
import { join } from "node:path";
import pg from "pg";
import type { Places } from "./canaries.ts";

/** Every row of every table, as Postgres writes it; bytes are in hexadecimal. */
export async function dumpPostgres(url: string): Promise<Places> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ schema: string; name: string }>(
      `select schemaname as schema, tablename as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const places: Record<string, string> = {};
    for (const { schema, name } of tables) {
      const table = `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`;
      const { rows } = await client.query<{ text: string }>(
        `select t::text as text from ${table} t`,
      );
      places[`table ${schema}.${name}`] = rows.map(({ text }) => text).join("\n");
    }
    return places;
  } finally {
    await client.end();
  }
}

/** Every message of every stream and bucket of a realm: subject, headers and data. */
export async function dumpNats(bus: Bus): Promise<Places> {
  const manager = await jetstreamManager(bus.connection);
  const places: Record<string, string> = {};
  for await (const { config, state } of manager.streams.list()) {
    if (!config.subjects.some((it) => it.split(".").some((token) => token.includes(bus.realm)))) {
      continue;
    }
    const texts: string[] = [JSON.stringify(config)];
    for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq++) {
      const message = await manager.streams.getMessage(config.name, { seq });
      // Of a message that was deleted nothing is left.
      if (message === null) continue;
      const { subject, header, data } = message;
      const headers = [...header].map(([name, values]) => `${name}: ${values.join()}`).join("\n");
      texts.push(subject, headers, new TextDecoder("latin1").decode(data));
    }
    places[`stream ${config.name}`] = texts.join("\n");
  }
  return places;
}

/** Every file below a directory, as it is. */
export async function filesBelow(directory: string): Promise<Places> {
  const places: Record<string, Uint8Array> = {};
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = join(directory, name);
    if (isDirectory) Object.assign(places, await filesBelow(path));
    else places[path] = await Deno.readFile(path);
  }
  return places;
}
