/** Why the hub closes a WebSocket. */
export const CLOSE = {
  NORMAL: 1000,
  DRAINING: 1001,
  PROTOCOL: 1002,
  TOO_LARGE: 1009,
  TRY_LATER: 1013,
  REVOKED: 4401,
  NOT_ADMITTED: 4403,
  REPLACED: 4409,
} as const;
