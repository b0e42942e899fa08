import { limits } from '../limits.ts'
import type { Signature } from '../ssz/primitives.ts'
import { type BlockContext, blockContext, type SegmentPrices } from '../transition/context.ts'
import { TransitionError, type TransitionFault } from '../transition/faults.ts'
import { applyMessage } from '../transition/message.ts'
import { applyInboxItem, applyOperation, closeMessageSegment, openMessageSegment } from '../transition/segment.ts'
import { type Block, BlockHeaderType, type BlockWitness, BodyKind, type Segment } from '../types/block.ts'
import { type QueuedItem, shardOfItem } from '../types/inbox.ts'
import type { Message, Operation } from '../types/operation.ts'
import { type Shard, ShardType, type State } from '../types/state.ts'
import type { ReferenceChain } from './execute.ts'
import { pricesAfter } from './inbox-range.ts'
import { runsRoot, segmentsOf, stateRoot } from './roots.ts'

/** Something offered to the sequencer, in order of arrival. */
export type Offer =
  | { readonly kind: 'message'; readonly shard: number; readonly message: Message; readonly signature: Signature }
  | { readonly kind: 'operation'; readonly operation: Operation; readonly signatures: readonly Signature[] }

export interface BuiltBlock {
  readonly block: Block
  readonly witness: BlockWitness
  /** Why each offer was refused; undefined for those in the block. */
  readonly refusals: readonly (TransitionFault | undefined)[]
}

/** Builds the segments of one shard: the last message segment stays open until it is full or something else comes. */
class RunBuilder {
  readonly segments: Segment[] = []
  readonly signatures: Signature[][] = []
  private open: { messages: Message[]; signatures: Signature[]; prices: SegmentPrices } | undefined
  private preRoot: Uint8Array

  private readonly shard: Shard
  private readonly index: number
  private readonly context: BlockContext

  constructor(shard: Shard, index: number, context: BlockContext) {
    this.shard = shard
    this.index = index
    this.context = context
    this.preRoot = ShardType.hashTreeRoot(shard)
  }

  item(queued: QueuedItem): void {
    applyInboxItem(this.shard, this.index, queued.item, this.context)
    this.close({ selector: BodyKind.inboxItem, value: queued.index }, [])
  }

  message(message: Message, signature: Signature): void {
    const { feeExcess, feeTime } = this.shard
    const prices = this.open?.prices ?? openMessageSegment(this.shard, this.context)
    try {
      applyMessage(this.shard, this.index, message, signature, prices, this.context)
    } catch (error) {
      Object.assign(this.shard, { feeExcess, feeTime })
      throw error
    }
    this.open ??= { messages: [], signatures: [], prices }
    this.open.messages.push(message)
    this.open.signatures.push(signature)
    if (this.open.messages.length === limits.messagesPerSegment) this.flush()
  }

  operation(operation: Operation, signatures: readonly Signature[]): void {
    const before = ShardType.clone(this.shard)
    const open = this.open
    const built = this.segments.length
    this.flush()
    try {
      applyOperation(this.shard, this.index, operation, signatures, this.context)
    } catch (error) {
      // A refused operation must not close the segment of the messages around it.
      Object.assign(this.shard, before)
      if (this.segments.length > built) {
        this.preRoot = (this.segments.pop() as Segment).preRoot
        this.signatures.pop()
      }
      this.open = open
      throw error
    }
    this.close({ selector: BodyKind.operation, value: operation }, [...signatures])
  }

  flush(): void {
    if (this.open === undefined) return
    const { messages, signatures } = this.open
    this.open = undefined
    closeMessageSegment(this.shard, messages.length, this.context)
    this.close({ selector: BodyKind.messages, value: messages }, signatures)
  }

  private close(body: Segment['body'], signatures: Signature[]): void {
    const postRoot = ShardType.hashTreeRoot(this.shard)
    this.segments.push({ preRoot: this.preRoot, body, postRoot })
    this.signatures.push(signatures)
    this.preRoot = postRoot
  }
}

/**
 * Reference builder: makes the next block of `items` inbox items and `offers`, executing them on `state`.
 * Refused offers leave no trace. It does not decide when to seal; bounds on sizes are the caller's.
 */
export function buildBlock(
  state: State,
  offers: readonly Offer[],
  block: { readonly timestamp: bigint; readonly items: number },
  chain: ReferenceChain,
): BuiltBlock {
  const context = blockContext(chain.config, chain.verifier, block.timestamp, state.prices)
  const builders = new Map<number, RunBuilder>()
  const shardRoots = state.shards.map((shard) => ShardType.hashTreeRoot(shard))
  const builderOf = (index: number): RunBuilder => {
    const shard = state.shards[index]
    if (shard === undefined)
      throw new TransitionError({ code: 'FIELD_OUT_OF_RANGE', field: 'shard', value: index, minimum: 0, maximum: 63 })
    const builder = builders.get(index) ?? new RunBuilder(shard, index, context)
    builders.set(index, builder)
    return builder
  }
  const consumed = chain.window.waiting.slice(0, block.items)
  for (const queued of consumed) {
    const shard = shardOfItem(queued.item)
    if (shard !== undefined) builderOf(shard).item(queued)
  }
  const refusals = offers.map((offer) => {
    try {
      if (offer.kind === 'message') builderOf(offer.shard).message(offer.message, offer.signature)
      else builderOf(offer.operation.value.shard).operation(offer.operation, offer.signatures)
      return undefined
    } catch (error) {
      if (error instanceof TransitionError) return error.fault
      throw error
    }
  })
  for (const builder of builders.values()) builder.flush()
  const built = [...builders].filter(([, builder]) => builder.segments.length > 0).sort(([a], [b]) => a - b)
  const runs = built.map(([shard, { segments }]) => ({
    shard,
    segments,
    postRoot: (segments.at(-1) as Segment).postRoot,
  }))
  for (const { shard, postRoot } of runs) shardRoots[shard] = postRoot
  const pricesBefore = state.prices
  state.inboxCount += BigInt(consumed.length)
  state.prices = pricesAfter(state.prices, consumed)
  state.blockNumber += 1n
  state.timestamp = block.timestamp
  const header = {
    number: state.blockNumber,
    parent: BlockHeaderType.hashTreeRoot(chain.parent),
    timestamp: block.timestamp,
    lineage: chain.lineage,
    inboxCount: state.inboxCount,
    segmentCount: chain.parent.segmentCount + BigInt(segmentsOf(runs)),
    inboxHash: consumed.at(-1)?.inboxHash ?? chain.window.hashBefore,
    prices: pricesBefore,
    runsRoot: runsRoot(runs),
    stateRoot: stateRoot(shardRoots, state),
  }
  return { block: { header, runs }, witness: built.map(([, { signatures }]) => signatures), refusals }
}
