/** Bounds of messaging version 1. @see docs/spec/messaging.md */
export const messagingLimits = {
  /** A frame, header included. */
  frameBytes: 1_048_576,
  /** A sealed frame's recipients. */
  recipients: 64,
} as const
