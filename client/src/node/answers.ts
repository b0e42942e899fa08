import type { nodeRoutes } from '@parley/api'
import type { ChangeMembers, Signature } from '@parley/protocol/light'
import type { JsonOf } from '../api.ts'

/** A state, as the node says. */
export interface StateAnswer {
  readonly block: bigint
  readonly timestamp: bigint
  readonly stateRoot: Uint8Array
  readonly claim: bigint | undefined
  readonly endsClaim: boolean
}

/** Where a proof leads to, as the node says. */
export interface ProofAnswer extends StateAnswer {
  readonly proof: { readonly branch: readonly Uint8Array[] }
}

/** One entry of a conversation's record, with where it came from. */
export type RecordEntry = {
  readonly block: bigint
  /** The block's, in milliseconds. */
  readonly timestamp: bigint
  /** Came through the L2's inbox. */
  readonly forced: boolean
  /** The signer's, then of a change the consents; null when the node no longer has them. */
  readonly signatures: readonly Signature[] | null
} & (
  | { readonly kind: 'message'; readonly member: number; readonly content: Uint8Array }
  | { readonly kind: 'change'; readonly change: ChangeMembers }
)

type EntryAnswer = Pick<
  JsonOf<typeof nodeRoutes.messages>['entries'][number],
  'block' | 'timestamp' | 'forced' | 'signatures' | 'event'
>

export function recordEntryOf({ block, timestamp, forced, signatures, event }: EntryAnswer): RecordEntry {
  const place = { block, timestamp, forced, signatures }
  return event.kind === 'message'
    ? { ...place, kind: 'message', ...event.value }
    : { ...place, kind: 'change', change: event.value }
}
