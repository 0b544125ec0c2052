import { Type } from "@sinclair/typebox";

/** Names a key without opening anything. */
export const KeyPrefix = Type.String({
  pattern: "^alk_[0-9A-Za-z]{10}$",
  description: "the public beginning of a key, such as alk_7Gk2mQ9xZa",
});
