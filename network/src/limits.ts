import { SignedHeaderType } from '@parley/protocol'

const mebibyte = 2 ** 20

/** Bounds of what peers may cost each other. @see docs/spec/network.md#bounds */
export const networkLimits = {
  /** Bytes of one sealed block on the wire; a full one has some 3.5 million. */
  blockBytes: 4 * mebibyte,
  /** Blocks of one answer, and bytes of all of them together. */
  blocksPerAnswer: 64,
  blocksAnswerBytes: 8 * mebibyte,
  /** Signed headers of one answer. */
  headersPerAnswer: 512,
  /** Pieces of evidence of one answer: the newest. */
  evidencePerAnswer: 64,
  /** Signed records of peers in one answer, and bytes of one. */
  recordsPerAnswer: 16,
  recordBytes: 2_048,
  /** Bytes of one frame of gossip: several messages and what peers tell each other of them. */
  gossipFrameBytes: 64 * 1_024,
  /** How far ahead of the last header known a header may be, in blocks, and how far behind. */
  aheadBlocks: 120n,
  behindBlocks: 1_024n,
  /** Milliseconds by which a header may be ahead of this machine's clock. */
  aheadMs: 5_000,
  /** Messages of a peer that are looked at each second, and at once. Those beyond are ignored. */
  messagesPerSecond: 20,
  messagesAtOnce: 40,
  /** Messages beyond which each one more is held against the peer. */
  floodPerSecond: 100,
  floodAtOnce: 400,
  /** Headers that a peer gossips of its own accord each second, and at once: of more only the last one. */
  publishedPerSecond: 8,
  publishedAtOnce: 16,
  /** Requests that a peer may make each second, and at once. */
  requestsPerSecond: 20,
  requestsAtOnce: 100,
  /** Streams of one protocol that a peer may have open at once. */
  streamsPerPeer: 8,
  /** Milliseconds in which an answer must have come, whole; a block from one peer. */
  answerMs: 10_000,
  pullMs: 3_000,
  /** Peers that are asked for a block whose sender does not serve it. */
  pullAttempts: 4,
  /** Blocks that are pulled at once. */
  pullsAtOnce: 8,
  /** Milliseconds in which a peer must have said what it follows. */
  greetMs: 10_000,
  /** Milliseconds between questions to one peer how far it is: what gossip lost of the last block is found so. */
  askAgainMs: 10_000,
  /** Milliseconds between beats of the gossip: shorter than between blocks. */
  beatMs: 700,
  /** Peers in the mesh: wanted, least and most. */
  mesh: 6,
  meshLeast: 4,
  meshMost: 12,
  /** Inbound connections of one network: a /24, or a /48 of IPv6. */
  inboundPerNetwork: 8,
  /** Peers remembered, banned, and dialled at once. */
  peersRemembered: 1_000,
  bansKept: 10_000,
  dialsAtOnce: 4,
  /** Places of headers that are remembered. */
  headersRemembered: 131_072,
  /** Pieces of evidence stored. Each cost somebody a bond, or will. */
  evidenceKept: 65_536,
} as const

/** What reputations are made of. */
export const reputation = {
  /** Who has this, or less, is gone. */
  gone: -100,
  pullTimeout: -5,
  tooMany: -1,
  /** Milliseconds in which half of it is forgotten. */
  halfLifeMs: 600_000,
  /** Milliseconds for which who is gone stays away. */
  banMs: 86_400_000,
} as const

/** Bytes of a message of headers, and of one of evidence. */
export const signedHeaderBytes = SignedHeaderType.fixedSize as number
export const evidenceBytes = 2 * signedHeaderBytes
