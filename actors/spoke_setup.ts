/**
 * The words of which the machine of a spoke is made: guards, actions, effects.
 *
 * @module
 */
import { assign, emit, setup } from "xstate";
import { backOffMs } from "./back_off.ts";
import {
  CLONED,
  failuresAfter,
  linkOf,
  MINUTE_MS,
  replacements,
  speaksOf,
  type SpokeContext,
  type SpokeEmitted,
} from "./spoke_context.ts";
import type { Enrolment, Link, SpokeEvent } from "./spoke_events.ts";
import { unprovided } from "./unprovided.ts";

/** Guards, actions, effects and delays of a spoke. */
export const spokeSetup = setup({
  types: {
    context: {} as SpokeContext,
    events: {} as SpokeEvent,
    input: {} as Enrolment | undefined,
    emitted: {} as SpokeEmitted,
  },
  actors: {
    dial: unprovided<Link, { peerId: string }>("dial"),
    drain: unprovided<void, { link: Link | null }>("drain"),
    closeConnections: unprovided<void, { links: readonly Link[]; code: number }>(
      "closeConnections",
    ),
    alarm: unprovided<void, { peerId: string; why: string }>("alarm"),
  },
  delays: {
    discoveryDeadline: 30_000,
    drainDeadline: 10_000,
    stableService: 30_000,
    quietMinute: MINUTE_MS,
    backOff: ({ context }) => backOffMs(context),
  },
  guards: {
    isEnrolled: ({ context }) => context.peerId !== "",
    hubDials: ({ context }) => context.dials === "hub",
    hasLink: ({ context }) => context.link !== null,
    hasRival: ({ context }) => context.rival !== null,
    hasOusted: ({ context }) => context.ousted !== null,
    hasNoRival: ({ context }) => context.rival === null,
    isOfLink: ({ context: { link }, event }) => link !== null && speaksOf(event, link),
    isOfRival: ({ context: { rival }, event }) => rival !== null && speaksOf(event, rival),
    openedLink: ({ context: { link }, event }) =>
      event.type === "CREDENTIAL_REMOVED" && link?.credential === event.credential,
    openedRival: ({ context: { rival }, event }) =>
      event.type === "CREDENTIAL_REMOVED" && rival?.credential === event.credential,
    isOfAnother: ({ context, event }) =>
      event.type === "CONNECT" && event.connection !== context.link?.connection,
    looksCloned: ({ context, event }) =>
      event.type === "ATTACHED" && replacements(context, event.at).length >= CLONED,
    isRemoved: ({ context }) => context.isRemoved,
  },
  actions: {
    takeLink: assign(({ event }) => event.type === "CONNECT" ? { link: linkOf(event) } : {}),
    takeRival: assign(({ event }) => event.type === "CONNECT" ? { rival: linkOf(event) } : {}),
    promoteRival: assign(({ context }) => ({ link: context.rival, rival: null })),
    forgetRival: assign({ rival: null }),
    attach: assign(({ context, event }) =>
      event.type === "ATTACHED" ? { epoch: context.epoch + 1, specSet: event.specSet } : {}
    ),
    replace: assign(({ context, event }) =>
      event.type === "ATTACHED"
        ? {
          ousted: context.link,
          link: context.rival,
          rival: null,
          epoch: context.epoch + 1,
          specSet: event.specSet,
          replacedAt: replacements(context, event.at),
        }
        : {}
    ),
    // On close everything imported goes: overlays never survive.
    forgetLinks: assign({ link: null, rival: null, ousted: null, specSet: null }),
    countFailure: assign(({ context, event }) => ({ failures: failuresAfter(context, event) })),
    noteProblem: assign(({ event }) =>
      event.type === "FAILED" ? { problem: { code: event.code, message: event.message } } : {}
    ),
    tellOnline: emit(({ context: { epoch, specSet } }) => ({
      type: "SPOKE_ONLINE",
      epoch,
      specSet,
    })),
    tellFlapping: emit(({ context: { replacedAt } }) => ({
      type: "SPOKE_FLAPPING",
      replacements: replacedAt.length,
    })),
  },
});
