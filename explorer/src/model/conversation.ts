import type { CompleteConversation, ProvenConversation } from '@parley/client'
import type { Sources } from './sources.ts'

/** Entries up to which a record is read and checked whole without being asked to. */
export const readAtOnce = 5_000n

/** A conversation with as much of its record as was looked at. */
export type FoundConversation =
  | { readonly kind: 'complete'; readonly proven: CompleteConversation }
  /** `chain`: nobody told which chain signatures are for; `long`: only when asked for. */
  | { readonly kind: 'leaf'; readonly proven: ProvenConversation; readonly because: 'chain' | 'long' }

/** Entries of a record. */
export const entriesOf = ({ conversation }: ProvenConversation): bigint =>
  conversation.messageCount + conversation.epoch

/** @param whole - Reads the record however long it is. @throws {ClientError} as `completeConversation`. */
export async function findConversation(
  { node, l2 }: Sources,
  [shard, index]: readonly [number, number],
  at: 'latest' | 'final',
  whole: boolean,
  signal: AbortSignal,
): Promise<FoundConversation | undefined> {
  const proven = await node.conversation(shard, index, { at, signal })
  if (proven === undefined) return undefined
  if (l2 === undefined) return { kind: 'leaf', proven, because: 'chain' }
  if (!whole && entriesOf(proven) > readAtOnce) return { kind: 'leaf', proven, because: 'long' }
  const complete = await node.completeConversation(shard, index, { at, signal })
  return complete && { kind: 'complete', proven: complete }
}
