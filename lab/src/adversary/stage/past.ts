import type { SequencerClient } from '@parley/client'
import {
  type BlockHeader,
  BlockHeaderType,
  type ChainConfig,
  genesisHeader,
  type SealedBlock,
  type SignatureVerifier,
  type State,
  StateType,
  sameBytes,
} from '@parley/protocol'
import { executeBlock } from '@parley/protocol/reference'
import type { Ground } from '../forger/draft.ts'
import type { Ledger } from './ledger.ts'

export interface PastDeps {
  readonly client: Pick<SequencerClient, 'block'>
  readonly config: ChainConfig
  readonly ledger: Ledger
  readonly verifier: SignatureVerifier
}

/** The state at the head of the claims, as values: every block since genesis, executed by the reference. */
export class Past {
  private readonly deps: PastDeps
  private parent: BlockHeader
  private state: State

  constructor(deps: PastDeps) {
    this.deps = deps
    this.parent = genesisHeader(deps.config)
    this.state = genesisState(deps.config)
  }

  /**
   * The ground that a claim after `header` stands on.
   * @param items - Of the inbox that must be known.
   * @param sealed - Blocks up to `header` that the sequencer need not be asked for.
   * @throws {BlockError} when an honest block is wrong.
   */
  async ground(
    header: BlockHeader,
    lineage: Uint8Array,
    items: bigint,
    signal: AbortSignal,
    sealed: readonly SealedBlock[] = [],
  ): Promise<Ground> {
    const { config, ledger, verifier } = this.deps
    await ledger.until(items, signal)
    await this.advance(header, sealed, signal)
    const window = ledger.window(header.inboxCount)
    return { config, lineage, parent: header, state: this.state, window, verifier }
  }

  private async advance(header: BlockHeader, known: readonly SealedBlock[], signal: AbortSignal): Promise<void> {
    const { client, config, ledger, verifier } = this.deps
    if (header.number < this.parent.number) this.restart()
    while (this.parent.number < header.number) {
      const next = this.parent.number + 1n
      const sealed = known.find(({ block }) => block.header.number === next) ?? (await client.block(next, signal))
      if (sealed === undefined) throw new RangeError(`the sequencer has no block ${next}`)
      const { block, witness } = sealed
      const { lineage } = block.header
      const window = ledger.window(this.parent.inboxCount)
      executeBlock(this.state, block, witness, { config, verifier, parent: this.parent, lineage, window })
      this.parent = block.header
    }
    if (!sameRoot(this.parent, header))
      throw new RangeError(`block ${header.number} is claimed otherwise than it is sealed`)
  }

  private restart(): void {
    this.parent = genesisHeader(this.deps.config)
    this.state = genesisState(this.deps.config)
  }
}

/** Blocks sealed after number `after`, up to `upTo` or the latest. */
export async function sealedBetween(
  client: Pick<SequencerClient, 'block'>,
  after: bigint,
  upTo: bigint,
  signal: AbortSignal,
): Promise<SealedBlock[]> {
  const blocks: SealedBlock[] = []
  for (let number = after + 1n; number <= upTo; number += 1n) {
    const sealed = await client.block(number, signal)
    if (sealed === undefined) return blocks
    blocks.push(sealed)
  }
  return blocks
}

function genesisState(config: ChainConfig): State {
  const state = StateType.defaultValue()
  state.prices = config.genesis.prices
  state.timestamp = config.genesis.timestamp
  return state
}

const sameRoot = (a: BlockHeader, b: BlockHeader): boolean =>
  sameBytes(BlockHeaderType.hashTreeRoot(a), BlockHeaderType.hashTreeRoot(b))
