import { Type } from "@sinclair/typebox";

/** What is told and kept of calls. */
export const CallsSchema = Type.Object({
  events: Type.Boolean({
    description: "Whether this node tells of its calls: to whoever follows them, and the history.",
    default: true,
  }),
  payloads: Type.Boolean({
    description: "Whether inputs and outputs are kept, too: cut off, without what is secret.",
    default: false,
  }),
  retentionHours: Type.Integer({
    description: "How long the history of calls is kept, in hours. 0: this node keeps none.",
    default: 72,
    minimum: 0,
    maximum: 8_784,
  }),
}, { description: "What is told and kept of calls.", additionalProperties: false });
