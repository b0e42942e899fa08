import type { Bytes32, ChangeMembers, Conversation, InitialMember, Millis, Signature } from '@parley/protocol/light'

/** How far an entry has come. @see docs/spec/finality.md */
export type Level = 'accepted' | 'sealed' | 'published' | 'claimed' | 'final'

/** Where a conversation lives. */
export interface Place {
  readonly shard: number
  readonly index: number
}

/** How much of a record was taken: its messages, and its changes of members. Both are counted by the L3 itself. */
export interface Cursor {
  readonly messages: bigint
  readonly changes: bigint
}

/** One message of a record. `position` counts messages from 0. */
export interface LogMessage {
  readonly kind: 'message'
  readonly position: bigint
  readonly slot: number
  /** A content digest, or the 32 bytes of a control. */
  readonly content: Bytes32
  /** Time of its block, in milliseconds since 1970. */
  readonly time: Millis
  readonly level: Level
}

/** One change of members. `change.epoch` counts changes from 0; the change is valid, for nodes have checked it. */
export interface LogChange {
  readonly kind: 'change'
  readonly change: ChangeMembers
  readonly time: Millis
  readonly level: Level
}

/** What a record holds, in order. */
export type LogEntry = LogMessage | LogChange

/** What is reported beside entries: the end was reached, or everything from `from` on is void and comes anew. */
export type LogEvent =
  | LogEntry
  | { readonly kind: 'end' }
  | { readonly kind: 'void'; readonly from: Cursor; readonly reason: string }

/** Who a conversation began with. */
export interface Genesis {
  readonly id: Bytes32
  readonly members: readonly Pick<InitialMember, 'key' | 'role'>[]
}

/** A slot as the record has it at one place. */
export interface Slot {
  readonly key: Bytes32
  /** 0 for a slot without a member. */
  readonly role: number
  readonly nonce: bigint
}

/** A place of a record, with what it takes to check the entry after it. */
export interface RecordPlace {
  readonly id: Bytes32
  readonly cursor: Cursor
  readonly slots: readonly Slot[]
  /** Chains everything before. */
  readonly head: Bytes32
}

/** A message on its way to the log. */
export interface OutgoingMessage {
  readonly slot: number
  readonly nonce: bigint
  readonly content: Bytes32
  readonly signature: Signature
}

/**
 * The L3 as the engine sees it: the order of one conversation, and the way into it. Calls reject with the signal's reason once
 * it aborts, with a coded fault whose `code` is the transition's when the L3 refuses, and with any other coded fault otherwise.
 */
export interface Log {
  /** Chain id of the L2, which every signature names. */
  readonly chainId: bigint
  /** The id and first members of a conversation, checked against the id. */
  genesis(place: Place, signal: AbortSignal): Promise<Genesis>
  /**
   * Entries after a place, each once, without gaps, at level `sealed` or above, signed by the members whom they name; then those
   * that come. `end` is reported whenever everything that the source knows was given out.
   */
  follow(place: Place, from: RecordPlace, signal: AbortSignal): AsyncIterable<LogEvent>
  /** The conversation as it stands: nonces of its slots, epoch and head. */
  standing(place: Place, signal: AbortSignal): Promise<Conversation>
  /** @returns once it is accepted. */
  send(place: Place, message: OutgoingMessage, signal: AbortSignal): Promise<void>
  /** @param signatures - The signer's, then the consents. @returns once it is accepted. */
  change(change: ChangeMembers, signatures: readonly Signature[], signal: AbortSignal): Promise<void>
}
