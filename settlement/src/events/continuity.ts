import { type EventBlock, invalidEvent } from '@parley/l2'
import {
  BlockHeaderType,
  type Bytes32,
  fromSeconds,
  InboxItemType,
  type L2Position,
  nextInboxHash,
  type SettlementEvent,
  sameBytes,
} from '@parley/protocol'
import { hexToBytes } from 'viem'
import type { ToldItem } from './decode-item.ts'
import type { Told } from './decode-log.ts'

/** What the events so far add up to, and the next one must follow; undefined where none was seen yet. */
export interface Continuity {
  /** Items so far and the rolling hash after them. */
  readonly queue: { readonly count: bigint; readonly hash: Bytes32 } | undefined
  readonly claim: { readonly number: bigint; readonly hash: Bytes32 } | undefined
  readonly final: bigint | undefined
  /** The signature told last, of the header with `root`: a claim's comes right before it. */
  readonly seal?: { readonly root: Bytes32; readonly signature: Uint8Array }
}

export const nothingSeen: Continuity = { queue: undefined, claim: undefined, final: undefined }

/** Rolling hash of an empty queue. */
export const emptyQueueHash: Bytes32 = new Uint8Array(32)

/**
 * Takes one more event in: recomputes what it says of itself and holds it against what came before.
 * @returns the event to tell, if it is one to tell, and what there is to follow now.
 * @throws {SettlementError} `EVENT_INVALID`.
 */
export function follows(
  before: Continuity,
  told: Told,
  block: EventBlock,
): { readonly after: Continuity; readonly event: SettlementEvent | undefined } {
  const at: L2Position = { blockNumber: block.blockNumber, blockHash: block.blockHash }
  switch (told.kind) {
    case 'item':
      return followsItem(before, told.told, block, at)
    case 'claim': {
      const { claim, hash } = told
      const { number } = claim
      if (
        before.claim !== undefined &&
        !(number === before.claim.number + 1n && sameBytes(claim.parent, before.claim.hash))
      )
        throw invalidEvent(`claim ${number} does not follow claim ${before.claim.number}`)
      const { seal, ...seen } = before
      const after = { ...seen, claim: { number, hash } }
      const isSealed = seal !== undefined && sameBytes(seal.root, BlockHeaderType.hashTreeRoot(claim.lastHeader))
      const event = { kind: 'claim', at, hash, claim, ...(isSealed && { seal: seal.signature }) } as const
      // The genesis claim is no batch: it stands for the state before the first block.
      return { after, event: number === 0n ? undefined : event }
    }
    case 'seal':
      return { after: { ...before, seal: told }, event: undefined }
    case 'final': {
      const { number, hash } = told
      if (before.final !== undefined && number !== before.final + 1n)
        throw invalidEvent(`claim ${number} is final after claim ${before.final}`)
      const after = { ...before, final: number }
      return { after, event: number === 0n ? undefined : { kind: 'final', at, number, hash } }
    }
    case 'removal':
      return followsRemoval(before, told, at)
    // The deployment's own are told by the contract, as genesis is: they are no events.
    case 'key':
      return { after: before, event: told.key.from === 0n ? undefined : { ...told, at } }
    case 'rules':
      return { after: before, event: told.version.from === 0n ? undefined : { ...told, at } }
    case 'rules withdrawn':
    case 'challenge':
    case 'answer':
      return { after: before, event: { ...told, at } }
    case 'rescue':
      // The contract tells the claim right before.
      if (before.claim?.number !== told.number || !sameBytes(before.claim.hash, told.hash))
        throw invalidEvent(`a rescue of claim ${told.number} comes after claim ${before.claim?.number}`)
      return { after: before, event: { ...told, at } }
    case 'other':
      return { after: before, event: undefined }
  }
}

function followsRemoval(
  before: Continuity,
  { standing, hash, lineage }: Extract<Told, { readonly kind: 'removal' }>,
  at: L2Position,
): { readonly after: Continuity; readonly event: SettlementEvent } {
  if (before.claim !== undefined && standing > before.claim.number)
    throw invalidEvent(`a removal leaves claim ${standing} standing while claim ${before.claim.number} is the latest`)
  if (standing === before.claim?.number && !sameBytes(hash, before.claim.hash))
    throw invalidEvent(`a removal leaves a claim ${standing} standing that is not the latest`)
  if (before.final !== undefined && standing < before.final)
    throw invalidEvent(`a removal leaves claim ${standing} standing while claim ${before.final} is final`)
  return {
    after: { ...before, claim: { number: standing, hash } },
    event: { kind: 'removal', at, standing, lineage },
  }
}

function followsItem(
  before: Continuity,
  told: ToldItem,
  block: EventBlock,
  at: L2Position,
): { readonly after: Continuity; readonly event: SettlementEvent } {
  const { index, item } = told
  const inboxHash = hexToBytes(told.inboxHash)
  const { queue } = before
  if (queue === undefined || queue.count !== index)
    throw invalidEvent(`item ${index} comes after ${queue?.count} items`)
  if (told.time !== block.timestamp) throw invalidEvent(`item ${index} has not the time of its block`)
  if (!sameBytes(InboxItemType.hashTreeRoot(item), hexToBytes(told.root)))
    throw invalidEvent(`item ${index} does not have the root it is told with`)
  if (!sameBytes(nextInboxHash(queue.hash, item, block.parentHash), inboxHash))
    throw invalidEvent(`item ${index} does not lead to the hash of the queue it is told with`)
  const queued = { index, item, time: fromSeconds(told.time), inboxHash }
  return { after: { ...before, queue: { count: index + 1n, hash: inboxHash } }, event: { kind: 'item', at, queued } }
}
