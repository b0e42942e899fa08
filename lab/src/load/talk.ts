import type { MemberKey } from '@parley/protocol'

/** A member as the load plays it. */
export interface Seat {
  readonly slot: number
  readonly key: MemberKey
  /** Nonce of its next message. */
  nonce: bigint
  /** What is left of its allowance at least, in mwei, once everything planned so far is done. */
  allowance: bigint
}

/** A conversation that the load plays. */
export interface Talk {
  readonly shard: number
  /** Known once the creation is accepted. */
  index: number
  /** Known once the creation is signed. */
  id: Uint8Array
  epoch: bigint
  /** By speaker of the trace, in order of slots; the first is the admin. */
  readonly seats: Map<number, Seat>
  /** Messages planned so far. */
  messages: number
}
