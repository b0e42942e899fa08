/** Bounds of contents, version 1. @see docs/spec/content.md#limits */
export const contentLimits = {
  /** A content. */
  bytes: 1_048_576,
  /** What is counted for a content: the smallest of these that holds it. */
  sizeClasses: [512, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576],
  /** Commitments of readers that one content is stored with. */
  acks: 64,
  /** Commitments that a store keeps of a content that was put more than once; with more it waits for none. */
  keptAcks: 256,
} as const

/** Bytes that a content of so many bytes counts for. */
export function classOf(bytes: number): number {
  return contentLimits.sizeClasses.find((size) => size >= bytes) ?? contentLimits.bytes
}
