import type { SealedRuns } from '@parley/execution'
import { BlockView, type ChainConfig, type QueuedItem, type SignatureVerifier, sameBytes } from '@parley/protocol'
import { SequencerError } from '../faults.ts'
import { Pulse } from '../pulse.ts'
import type { BlockStore } from '../store/block-store.ts'
import { ConversationIndex } from './conversation-index.ts'
import type { Opening } from './opening.ts'
import { ShardFees } from './shard-fees.ts'
import { type HeaderSigner, signHeader } from './signer.ts'
import { genesisTip, nextTip, type Tip } from './tip.ts'

export interface SealedChainDeps {
  readonly config: ChainConfig
  readonly blocks: BlockStore
  readonly signer: HeaderSigner
  /** Looks at what the signer returned; the portable one when left out. */
  readonly verifier?: SignatureVerifier | undefined
}

/** What a block is committed of. */
export type CommittedRuns = Pick<SealedRuns, 'view' | 'runsRoot' | 'shardRoots'>

/** The chain of sealed blocks: every header is durable before anybody is told of it. */
export class SealedChain {
  tip: Tip
  readonly fees: ShardFees
  readonly index = new ConversationIndex()
  /** Beats when a block was sealed. */
  readonly sealed = new Pulse()

  private readonly deps: SealedChainDeps

  constructor(deps: SealedChainDeps) {
    this.deps = deps
    this.tip = genesisTip(deps.config)
    this.fees = new ShardFees(deps.config.fees)
  }

  get blocks(): BlockStore {
    return this.deps.blocks
  }

  get config(): ChainConfig {
    return this.deps.config
  }

  /**
   * Puts a block on top: signs its header, stores it, and only then tells of it. A block that was stored before must be
   * the same.
   * @throws {SequencerError} `RECOVERY_DIFFERS`, `SECOND_HEADER`, `SIGNATURE_WRONG`.
   */
  async commit(opening: Opening, items: readonly QueuedItem[], sealed: CommittedRuns): Promise<void> {
    const { blocks, config, signer, verifier } = this.deps
    const { view } = sealed
    const tip = nextTip(this.tip, opening, items, sealed)
    const known = opening.number <= blocks.head
    let fresh: BlockView | undefined
    if (known) await this.demandStored(tip, opening)
    else fresh = BlockView.of(tip.header, view, await signHeader(signer, config, tip.header, verifier))
    const itemAt = (index: bigint) => items[Number(index - opening.inboxFrom)] as QueuedItem
    const links = this.index.add(opening.number, view, itemAt)
    this.fees.apply(view, opening.timestamp)
    if (fresh !== undefined) await blocks.add(fresh, links)
    this.tip = tip
    this.sealed.beat()
  }

  private async demandStored(tip: Tip, { lineage, number }: Opening): Promise<void> {
    const stored = await this.deps.blocks.signedRoot(lineage, number)
    if (stored === undefined || !sameBytes(stored, tip.root))
      throw new SequencerError({
        code: 'RECOVERY_DIFFERS',
        block: number,
        stored: stored ?? new Uint8Array(0),
        rebuilt: tip.root,
      })
  }
}
