import { ok, strictEqual } from "node:assert/strict";
import { bucketStreamName } from "@hub/bus";
import { jetstreamManager } from "@nats-io/jetstream";
import { testBus } from "../../tests/harness/bus.ts";
import { openTickets } from "./tickets.ts";

const PAGE = "https://page.example";

Deno.test("a ticket is good once, on whichever node", async () => {
  await using first = await testBus();
  await using second = await testBus({ realm: first.bus.realm });
  const [here, there] = [await openTickets(first.bus), await openTickets(second.bus)];
  const { ticket, expiresInS } = await here.issue("alk_a", PAGE);
  strictEqual(expiresInS, 30);
  strictEqual(await there.redeem(ticket, PAGE), "alk_a");
  strictEqual(await here.redeem(ticket, PAGE), undefined);
});

Deno.test("of many who use a ticket at once, one gets in", async () => {
  await using world = await testBus();
  const tickets = await openTickets(world.bus);
  const { ticket } = await tickets.issue("alk_a", PAGE);
  const uses = await Promise.all(Array.from({ length: 20 }, () => tickets.redeem(ticket, PAGE)));
  strictEqual(uses.filter((credential) => credential !== undefined).length, 1);
});

Deno.test("a ticket is of no use to pages of another origin, and to no page at all", async () => {
  await using world = await testBus();
  const tickets = await openTickets(world.bus);
  const { ticket } = await tickets.issue("alk_a", PAGE);
  strictEqual(await tickets.redeem(ticket, "https://evil.example"), undefined);
  strictEqual(await tickets.redeem(ticket, null), undefined);
  strictEqual(await tickets.redeem(ticket, PAGE), "alk_a");
});

for (const ticket of ["", "x", "alktkt_", `alktkt_${"a".repeat(43)}`, `alktkt_${"*".repeat(43)}`]) {
  Deno.test(`"${ticket}" is no ticket`, async () => {
    await using world = await testBus();
    strictEqual(await (await openTickets(world.bus)).redeem(ticket, null), undefined);
  });
}

Deno.test("what is stored of a ticket opens nothing, and goes by itself", async () => {
  await using world = await testBus();
  const { bus } = world;
  const { ticket } = await (await openTickets(bus)).issue("alk_a", PAGE);
  const manager = await jetstreamManager(bus.connection);
  const stream = bucketStreamName(bus.realm, "TICKETS");
  const message = await manager.streams.getMessage(stream, { seq: 1 });
  ok(message !== null);
  ok(!`${message.subject} ${message.string()}`.includes(ticket.slice(7)));
  strictEqual(message.header.get("Nats-TTL"), "30s");
});
