/** Bounds of what a post-delivery service takes and answers, version 1. @see docs/spec/pds.md#limits */
export const pdsLimits = {
  /** Conversations of one user. */
  conversations: 4_096,
  /** Names of slots in one conversation. */
  names: 1_024,
  /** Rules of one user, and addresses of one rule. */
  rules: 64,
  addresses: 1_024,
  /** Bytes of a scope. */
  scopeBytes: 1_048_576,
  /** Entries of one answer. */
  page: 256,
  /** Invites that are looked at for one answer of hidden ones. */
  looked: 4_096,
  /** Contents asked after in one request. */
  wanted: 256,
  /** Bytes of one archive segment. */
  segmentBytes: 1_048_576,
  /** Bytes of one answer. */
  answerBytes: 4_194_304,
  /** Milliseconds that a request may lie behind the server's clock, or before it. */
  requestMs: 60_000,
  /** Milliseconds within which a revoked device loses access. */
  directoryMs: 30_000,
  /** Milliseconds of L2 time that an answer may lie behind what the L2 had. */
  lagMs: 600_000,
} as const

/** Milliseconds after which somebody is to ask again who was refused because the service is behind. */
export const retryAfterMs = 1_000
