/** Bounds of messaging version 1. @see docs/spec/messaging.md#limits */
export const messagingLimits = {
  /** A frame, header included. */
  frameBytes: 1_048_576,
  /** Sizes of `mls` frames: what is inside is padded to one of them. */
  frameClasses: [512, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576],
  /** Recipients of a sealed frame. */
  recipients: 64,
  /** Leaves of a group. */
  leaves: 1_024,
  /** Leaves one commit adds or removes. */
  proposals: 64,
  /** Messages of one leaf in one epoch that may be missing before the next. */
  forwardSteps: 2_000,
  /** Epochs back in which a late message still counts. */
  lateEpochs: 4,
  /** Milliseconds after the end of its epoch in which a late message still counts, by block time. */
  lateMs: 120_000,
  /** Milliseconds after which an admin skips a gap from which nobody moved on, by block time. */
  skipAfterMs: 600_000,
  /** Milliseconds for which stores keep messages: a missing content that is older is taken for one. */
  retentionMs: 2_592_000_000,
  /** Own messages after which a device renews the keys of its leaf. */
  updateMessages: 500,
  /** Milliseconds after which it does so, if it said anything since; longer in groups of more than 350. */
  updateMs: 604_800_000,
  /** Milliseconds by which that is longer for each member. */
  updateMsEach: 1_728_000,
  /** Milliseconds after which any member ends an epoch. */
  epochMs: 2_592_000_000,
  /** Positions one skip covers. */
  skipCount: 1_024,
  /** Own messages that are kept while nobody but the one who let this device in was read. */
  unvouched: 64,
  /** Gaps of others that a device without keys remembers. */
  wants: 64,
  /** Contents that were read and wait to be acknowledged; older ones stay with the stores until they expire. */
  unacked: 1_024,
  /** Times that acknowledging a content is tried. */
  ackTries: 8,
  /** Contents acknowledged in one go. */
  ackedAtOnce: 64,
  /** Entries that wait behind a gap. */
  deferred: 4_096,
  /** Key packages of one conversation that a device keeps the secrets of. */
  packages: 16,
  /** Times that one digest is signed anew because another device of the slot was faster. */
  attempts: 8,
  /** Milliseconds after which a device that asked to join asks again. */
  askAgainMs: 60_000,
  /** Milliseconds that processing one untrusted content may take. */
  budgetMs: 30_000,
  /** Milliseconds for which an invite may be good: 90 days. */
  inviteMs: 7_776_000_000,
  /** Invites whose envelopes are looked for again and again. */
  missingInvites: 256,
  /** Messages of a conversation that one archive holds. */
  archivedMessages: 65_536,
  /** Characters of a passphrase for a recovery, at least. */
  passphrase: 12,
  /** Conversations of one recovery. */
  recovered: 4_096,
  /** Bytes of one segment of an archive: room for the largest message. */
  segmentBytes: 1_049_600,
  /** An attachment: 64 MiB. Larger files are an application's own affair. */
  attachmentBytes: 67_108_864,
  /** Last places of a record that are kept to find where another one begins. */
  marks: 1_024,
  /** Identities of which a device remembers what the directory said. */
  identities: 4_096,
  /** Milliseconds after which the directory is asked again for a device that it lacked. */
  directoryAgainMs: 5_000,
  /** Milliseconds for which what the directory said holds. */
  directoryMs: 600_000,
} as const
