import type { SealedRuns } from '@parley/execution'
import { BlockEntries, ConversationIndex } from '@parley/feeds'
import {
  BlockView,
  type Bytes32,
  type ChainConfig,
  type QueuedItem,
  type SignatureVerifier,
  sameBytes,
} from '@parley/protocol'
import { Pulse } from '@parley/runtime'
import { ShardFees } from '../derived/shard-fees.ts'
import { SequencerError } from '../faults.ts'
import type { BlockStore } from '../store/block-store.ts'
import type { SignedHeaders } from '../store/signed-headers.ts'
import type { Opening } from './journal-records.ts'
import { type HeaderSigner, signHeader } from './signer.ts'
import { genesisTip, nextTip, type Tip } from './tip.ts'

export interface SealedChainDeps {
  readonly config: ChainConfig
  readonly blocks: BlockStore
  readonly signer: HeaderSigner
  readonly signed: SignedHeaders
  /** Looks at what the signer returned; the portable one when left out. */
  readonly verifier?: SignatureVerifier | undefined
  /** Ends the wait for a signer that does not answer. */
  readonly signal?: AbortSignal
}

/** What a block is committed of. */
export type CommittedRuns = Pick<SealedRuns, 'view' | 'runsRoot' | 'shardRoots'>

/** The chain of sealed blocks: every header is durable before anybody is told of it. */
export class SealedChain {
  tip: Tip
  /** That of the next header: another one than the tip's when claims were removed above the tip. */
  lineage: Bytes32
  readonly fees: ShardFees
  readonly index = new ConversationIndex()
  /** Beats when a block was sealed. */
  readonly sealed = new Pulse()
  /** Is told of each sealed block, once it is durable; what happened in it is made out when asked for. */
  onSealed: ((number: bigint, entries: () => BlockEntries) => void) | undefined

  private readonly deps: SealedChainDeps

  constructor(deps: SealedChainDeps) {
    this.deps = deps
    this.tip = genesisTip(deps.config)
    this.lineage = deps.config.genesis.lineage
    this.fees = new ShardFees(deps.config.fees)
  }

  get blocks(): BlockStore {
    return this.deps.blocks
  }

  get config(): ChainConfig {
    return this.deps.config
  }

  /** The tip that a block of these runs makes, before anything is signed: a header is a function of the journal. */
  follow(opening: Opening, items: readonly QueuedItem[], sealed: CommittedRuns): Tip {
    return nextTip(this.tip, opening, items, sealed)
  }

  /**
   * Puts a block on top whose seal record is durable: signs its header, stores it, and only then tells of it. A block that
   * was stored before must be the same.
   * @param tip - As `follow` gave it.
   * @throws {SequencerError} `RECOVERY_DIFFERS`, `SECOND_HEADER`, `SIGNATURE_WRONG`.
   */
  async commit(tip: Tip, opening: Opening, items: readonly QueuedItem[], { view }: CommittedRuns): Promise<void> {
    const { signed } = this.deps
    const header = { lineage: opening.lineage, number: opening.number, root: tip.root }
    const known = await this.isStored(tip, opening)
    if (!known) await signed.assertMaySign(header)
    await this.put(tip, opening, items, view, async (links) => {
      if (known) return this.storedSignature(opening.number)
      const block = await this.signedBlock(tip, view)
      await this.blocks.add(block, links, signed.record(header))
      return block.signature
    })
  }

  /** As `commit`, of a block that a rescue made: it is stored without a signature. @throws {SequencerError} `RECOVERY_DIFFERS`. */
  async adopt(tip: Tip, opening: Opening, items: readonly QueuedItem[], { view }: CommittedRuns): Promise<void> {
    const known = await this.isStored(tip, opening)
    await this.put(tip, opening, items, view, async (links) => {
      if (!known) await this.blocks.add(BlockView.of(tip.header, view, unsigned), links, Promise.resolve())
      return unsigned
    })
  }

  private async put(
    tip: Tip,
    opening: Opening,
    items: readonly QueuedItem[],
    view: CommittedRuns['view'],
    store: (links: Uint8Array) => Promise<Uint8Array>,
  ): Promise<void> {
    const itemAt = (index: bigint) => items[Number(index - opening.inboxFrom)] as QueuedItem
    const links = this.index.add(opening.number, view, itemAt)
    this.fees.apply(view, opening.timestamp)
    const signature = await store(links)
    this.tip = tip
    this.sealed.beat()
    const consumed = (): Map<bigint, QueuedItem> => new Map(items.map((item) => [item.index, item]))
    const entered = { header: tip.header, runs: view, signature }
    this.onSealed?.(opening.number, () => BlockEntries.of(entered, links, consumed()))
  }

  /** Nobody is told of blocks that are read again, and reading each would only take time. */
  private async storedSignature(number: bigint): Promise<Uint8Array> {
    if (this.onSealed === undefined) return unsigned
    const bytes = await this.blocks.bytes(number)
    return bytes === undefined ? unsigned : BlockView.read(bytes).signature
  }

  private async signedBlock({ header }: Tip, view: CommittedRuns['view']): Promise<BlockView> {
    const { config, signer, verifier, signal } = this.deps
    return BlockView.of(header, view, await signHeader(signer, config, header, verifier, signal))
  }

  /** Whether the block was stored before. */
  private async isStored(tip: Tip, { lineage, number }: Opening): Promise<boolean> {
    if (number > this.blocks.head) return false
    const stored = await this.deps.blocks.signedRoot(lineage, number)
    if (stored === undefined || !sameBytes(stored, tip.root))
      throw new SequencerError({
        code: 'RECOVERY_DIFFERS',
        block: number,
        stored: stored ?? new Uint8Array(0),
        rebuilt: tip.root,
      })
    return true
  }
}

/** In the place of a signature. */
const unsigned = new Uint8Array(65)
