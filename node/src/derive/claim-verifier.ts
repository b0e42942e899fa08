import {
  type Block,
  BlockError,
  type BlockFault,
  type ChainConfig,
  checkViewRules,
  consumedItems,
  type InboxWindow,
  type ViewedBlock,
} from '@parley/protocol'
import type { ClaimParts } from '@parley/protocol/fraud'
import type { Clock } from '@parley/runtime'
import { NodeError, type NodeFault } from '../faults.ts'
import type { ClaimRecord } from '../l2/l2-records.ts'
import type { NodeMetrics } from '../metrics.ts'
import type { VerifiedState } from '../store/chain-records.ts'
import type { CompletedClaim } from '../store/chain-store.ts'
import { checkLastHeader } from './check-claim.ts'
import type { ClaimedBlocks } from './claim-reader.ts'
import { stateAfter, type VerifiedChain } from './verified-chain.ts'

export interface ClaimVerifierDeps {
  readonly config: ChainConfig
  readonly chain: VerifiedChain
  readonly clock: Clock
  readonly metrics: NodeMetrics
}

export interface ClaimVerifierEvents {
  /**
   * The claim after `claim`, whose blocks are all given to the lanes.
   * @param after - The state it ends with if it is right.
   * @param late - Settles when nothing is under way any more; who answers later is not heard.
   */
  follow(claim: ClaimRecord, after: VerifiedState, late: Promise<unknown>): Promise<ClaimedBlocks | undefined>
  /** A claim is verified and recorded to its end. */
  verified(claimed: ClaimedBlocks, tookMs: number): Promise<void>
}

/** Which claim is wrong, and why. */
export interface Refusal extends ClaimedBlocks {
  readonly fault: NodeError
}

/** What a claim commits to, as values. */
export function partsOf({ blocks, answered }: ClaimedBlocks): ClaimParts {
  if (answered !== undefined) return answered.parts
  const core = blocks.map(({ header, runs }): Block => ({ header, runs: runs.decodeRuns() }))
  return { core, witness: blocks.map(({ runs }) => runs.decodeWitness()) }
}

/** Blocks that lanes have: one that they execute, and the one they go on with. */
const blocksGiven = 2

/**
 * Verifies claims one after another. While the lanes execute a block, the main thread checks the next one, or gets the
 * next claim, and records the one before: lanes always have something to go on with.
 */
export class ClaimVerifier {
  private readonly deps: ClaimVerifierDeps
  private readonly events: ClaimVerifierEvents
  /** Given to the lanes and not yet known to be right, in order. */
  private readonly given: Given[] = []

  constructor(deps: ClaimVerifierDeps, events: ClaimVerifierEvents) {
    this.deps = deps
    this.events = events
  }

  /**
   * Verifies `first` and the claims that follow it in time. Call once.
   * @returns the first wrong claim; undefined when every root is equal and everything is recorded.
   */
  async run(first: ClaimedBlocks, signal: AbortSignal): Promise<Refusal | undefined> {
    try {
      let claimed: ClaimedBlocks | undefined = first
      let parent = this.deps.chain.state
      if (parent === undefined) throw new TypeError('verification without a state')
      while (claimed !== undefined) {
        const after: VerifiedState | Refusal = await this.claim(claimed, parent, signal)
        if ('fault' in after) return after
        parent = after
        claimed = await this.events.follow(claimed.record, after, this.settled())
      }
      return await this.finish(0, signal)
    } finally {
      // Whatever ended it: nobody else may find blocks under way.
      await this.settled()
    }
  }

  /** Gives all blocks of a claim to the lanes. @returns the state it ends with if it is right. */
  private async claim(
    claimed: ClaimedBlocks,
    parent: VerifiedState,
    signal: AbortSignal,
  ): Promise<VerifiedState | Refusal> {
    const { record, blocks, answered } = claimed
    const { number } = record.claim
    const begun = this.deps.clock.elapsed()
    let before = parent
    try {
      checkLastHeader(record.claim, assertBlock(blocks.at(-1)).header, parent.header)
      // Its runs stand here without their segments, and nothing before the fault need be right to show it.
      const [shown] = answered?.byLengths ?? []
      if (shown !== undefined)
        return (await this.finish(0, signal)) ?? { ...claimed, fault: wrongBlock(number, shown.fault) }
      for (const [index, block] of blocks.entries()) {
        const step = await this.check(claimed, index, before)
        const refusal = await this.finish(blocksGiven - 1, signal)
        if (refusal !== undefined) return refusal
        const completed =
          block === blocks.at(-1)
            ? { number, hash: record.hash, first: assertBlock(blocks[0]).header.number }
            : undefined
        this.give({ claimed, begun, step, completed })
        before = step.after
      }
      return before
    } catch (error) {
      const fault = refusalIn(error, number, before.header.number + 1n)
      if (fault === undefined) throw error
      // The claim is wrong if what was given before is right.
      return (await this.finish(0, signal)) ?? { ...claimed, fault }
    }
  }

  /** Checks all of a block that needs no execution. @param parent - The state before it. @throws {BlockError} */
  private async check(
    { record, blocks, answered }: ClaimedBlocks,
    index: number,
    parent: VerifiedState,
  ): Promise<Step> {
    const { chain, config } = this.deps
    const block = assertBlock(blocks[index])
    const window = await chain.window(parent.header, block.header.inboxCount)
    const misshapen = answered?.misshapen.get(index)
    // Its runs stand here without their segments.
    if (misshapen?.code === 'BLOCK_SIZE') throw new BlockError(misshapen)
    try {
      checkViewRules(block, parent, window, record.claim.lineage, config, { completed: answered === undefined })
    } catch (error) {
      const ofShape = error instanceof BlockError && error.fault.code === 'WITNESS_SHAPE'
      if (misshapen === undefined || !ofShape) throw error
    }
    if (misshapen !== undefined) throw new BlockError(misshapen)
    const after = stateAfter(block, consumedItems(block.header, parent.header, window), parent)
    return { block, window, after }
  }

  private give(of: Omit<Given, 'done'>): void {
    const { block, window } = of.step
    const done = this.deps.chain.advance(block, window, of.completed)
    // Looked at in its turn.
    done.catch(() => undefined)
    this.given.push({ ...of, done })
  }

  /** Waits until at most `left` blocks are under way. @returns why one of them is wrong. */
  private async finish(left: number, signal: AbortSignal): Promise<Refusal | undefined> {
    const { metrics, clock } = this.deps
    while (this.given.length > left) {
      const { claimed, step, completed, begun, done } = this.given[0] as Given
      const fault = await done
      this.given.shift()
      if (fault !== undefined) return { ...claimed, fault: wrongBlock(claimed.record.claim.number, fault) }
      metrics.blocks.inc()
      metrics.messages.inc(step.block.runs.messages)
      if (completed !== undefined) await this.events.verified(claimed, clock.elapsed() - begun)
      signal.throwIfAborted()
    }
    return undefined
  }

  private settled(): Promise<unknown> {
    return Promise.allSettled(this.given.map(({ done }) => done))
  }
}

/** One block on its way through verification. */
interface Step {
  readonly block: ViewedBlock
  readonly window: InboxWindow
  /** The state it makes if it is right. */
  readonly after: VerifiedState
}

interface Given {
  readonly claimed: ClaimedBlocks
  /** When the claim's first block was looked at. */
  readonly begun: number
  readonly step: Step
  readonly completed: CompletedClaim | undefined
  readonly done: Promise<BlockFault | undefined>
}

function assertBlock(block: ViewedBlock | undefined): ViewedBlock {
  if (block === undefined) throw new TypeError('a decoded batch has blocks')
  return block
}

function wrongBlock(claim: bigint, fault: BlockFault): NodeError {
  return new NodeError({ code: 'CLAIM_BLOCK_WRONG', claim, fault })
}

/** What makes a claim wrong as a whole, whatever its blocks do. */
const ofClaims: ReadonlySet<string> = new Set<NodeFault['code']>(['CLAIM_LAST_HEADER', 'CLAIM_TOO_LARGE'])

/** Why the claim is wrong, when that is what the error tells. */
function refusalIn(error: unknown, claim: bigint, block: bigint): NodeError | undefined {
  // A block is named by its place: its own number may be what is wrong.
  if (error instanceof BlockError) return wrongBlock(claim, { ...error.fault, block })
  return error instanceof NodeError && ofClaims.has(error.fault.code) ? error : undefined
}
