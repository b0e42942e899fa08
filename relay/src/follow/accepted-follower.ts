import { feedLevels, type ServerRecord } from '@parley/api'
import { type AcceptedEvent, placeKey, placeOfKey } from '@parley/feeds'
import { type Bytes32, CodedError, ConversationEntryType, ConversationEventKind, sameBytes } from '@parley/protocol'
import { type Clock, firstOf } from '@parley/runtime'
import type { Logger } from 'pino'
import type { RelayChain } from '../relay-chain.ts'
import type { L2View } from './l2-view.ts'

/** Everything that is accepted where blocks are read, as the feed of it tells. */
export interface AcceptedRecords {
  /** After each `started` what is accepted and not sealed comes again. */
  records(signal: AbortSignal): AsyncIterable<ServerRecord>
}

export interface AcceptedFollowerDeps {
  readonly source: AcceptedRecords
  readonly l2: Pick<L2View, 'lineage' | 'moved'>
  readonly clock: Clock
  readonly log: Logger
}

const retryMs = 1_000

type EntriesValue = (ServerRecord & { readonly kind: 'entries' })['value']

/** Tells readers of what is accepted before its block is here. */
export class AcceptedFollower {
  /** Last block of which something was told. */
  private opened = 0n
  /** Entries told, by block and conversation: what comes again is passed over. */
  private readonly told = new Map<bigint, Map<number, number>>()
  /** The same, since the connection began. */
  private readonly heard = new Map<bigint, Map<number, number>>()
  /** Where the next entry of a conversation stands behind those told, and the block of the last of them. */
  private readonly next = new Map<number, { readonly block: bigint; readonly position: bigint }>()
  private readonly chain: RelayChain
  private readonly deps: AcceptedFollowerDeps

  constructor(chain: RelayChain, deps: AcceptedFollowerDeps) {
    this.chain = chain
    this.deps = deps
  }

  /** Runs until `signal`. A source that is away is asked again: without it entries come once they are sealed. */
  async run(signal: AbortSignal): Promise<void> {
    const { source, clock, log } = this.deps
    while (!signal.aborted) {
      try {
        for await (const record of source.records(signal)) await this.take(record, signal)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof CodedError)) throw error
        log.warn({ err: error }, 'what is accepted cannot be read; it is asked for again')
      }
      await clock.sleep(retryMs, signal).catch(() => undefined /* it is to end */)
    }
  }

  private async take({ kind, value }: ServerRecord, signal: AbortSignal): Promise<void> {
    if (kind === 'started') await this.begin(value.epoch, signal)
    // What follows may stand behind entries that only the block itself tells.
    else if (kind === 'sealed') await this.untilHead(value.header.number, signal)
    else if (kind === 'trailing') this.heard.clear()
    else if (kind === 'entries') this.tell(value)
  }

  /** Blocks of a lineage that is not in force here yet have the numbers of others. */
  private async begin(epoch: Bytes32, signal: AbortSignal): Promise<void> {
    this.heard.clear()
    const { l2 } = this.deps
    while (!sameBytes(epoch, l2.lineage)) await firstOf([l2.moved.next()], signal)
  }

  private async untilHead(number: bigint, signal: AbortSignal): Promise<void> {
    const { chain } = this
    while (chain.fanOut.head < number) await firstOf([chain.sealed.next()], signal)
    for (const counts of [this.told, this.heard])
      for (const block of counts.keys()) if (block <= number) counts.delete(block)
    for (const [key, { block }] of this.next) if (block <= number) this.next.delete(key)
  }

  private tell({ place, level, entries }: EntriesValue): void {
    const block = entries[0]?.block
    // What is told as sealed the block tells here, too.
    if (level !== feedLevels.accepted || block === undefined || block <= this.chain.fanOut.head) return
    const { fanOut } = this.chain
    if (block > this.opened) {
      this.opened = block
      fanOut.opened(block, new Set())
    }
    const key = placeKey(place)
    const fresh = entries.filter((entry) => this.follows(key, block, entry))
    if (fresh.length > 0) fanOut.accept(block, () => fresh.map((entry) => eventOf(key, entry)))
  }

  /**
   * Whether an entry was not told and stands right behind what readers have. What stands behind entries of blocks that are
   * sealed elsewhere and not here yet comes with its own block.
   */
  private follows(key: number, block: bigint, { position, event }: EntriesValue['entries'][number]): boolean {
    if (count(this.heard, block, key) <= (this.told.get(block)?.get(key) ?? 0)) return false
    const { fanOut, supply } = this.chain
    const behind = this.next.get(key)
    const expected =
      behind !== undefined && behind.block > fanOut.head ? behind.position : supply.messages(placeOfKey(key))
    if (position !== expected) return false
    count(this.told, block, key)
    const isMessage = event.selector === ConversationEventKind.message
    this.next.set(key, { block, position: isMessage ? position + 1n : position })
    return true
  }
}

/** One more, and how many there are then. */
function count(counts: Map<bigint, Map<number, number>>, block: bigint, key: number): number {
  const ofBlock = counts.get(block) ?? new Map<number, number>()
  counts.set(block, ofBlock)
  const more = (ofBlock.get(key) ?? 0) + 1
  ofBlock.set(key, more)
  return more
}

function eventOf(key: number, entry: EntriesValue['entries'][number]): AcceptedEvent {
  const { position, event } = entry
  const isMessage = event.selector === ConversationEventKind.message
  return { key, position, isMessage, encode: () => ConversationEntryType.serialize(entry) }
}
