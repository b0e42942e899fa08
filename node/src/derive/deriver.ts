import {
  type BatchClaim,
  BlockError,
  type ChainConfig,
  checkViewRules,
  consumedItems,
  type InboxWindow,
  sameBytes,
  type ViewedBlock,
} from '@parley/protocol'
import { NodeError } from '../faults.ts'
import type { ClaimRecord } from '../l2/l2-records.ts'
import type { VerifiedState } from '../store/chain-records.ts'
import type { ChainStore } from '../store/chain-store.ts'
import { checkLastHeader } from './check-claim.ts'
import { ClaimReader, type ClaimReaderDeps, type ClaimReaderOptions } from './claim-reader.ts'
import { stateAfter } from './verified-chain.ts'

export interface DeriverDeps extends ClaimReaderDeps {
  readonly config: ChainConfig
  readonly store: ChainStore
}

export interface DeriverOptions extends ClaimReaderOptions {
  /** Blocks whose signatures are kept after they are final; Infinity keeps all. */
  readonly witnessKeptBlocks: number
}

/** Claims of the L2 in order → fetched → completed → every root compared. */
export class Deriver {
  private readonly deps: DeriverDeps
  private readonly options: DeriverOptions
  private readonly claims: ClaimReader
  /** The claim that was found wrong; looked at again only when another takes its place. */
  private wrong: ClaimRecord | undefined
  private prunedThrough = 0n

  constructor(deps: DeriverDeps, options: DeriverOptions) {
    this.deps = deps
    this.options = options
    this.claims = new ClaimReader(deps, options)
  }

  /** Runs until the signal aborts. @throws what nothing here can mend: a dead lane, a store that fails, a defect. */
  async run(signal: AbortSignal): Promise<void> {
    const { l2, progress } = this.deps
    while (!signal.aborted) {
      const seen = l2.seen
      const turn = this.watch(seen, signal)
      try {
        await this.align()
        const next = await this.next(signal)
        if (next !== undefined) {
          await this.derive(next, turn.signal)
        } else {
          if (this.wrong === undefined) progress.idle()
          await l2.changed(seen, signal)
        }
      } catch (error) {
        // Called off because the L2 changed what is to be derived: the next turn looks afresh.
        if (!(error instanceof ClaimGone) && !signal.aborted) throw error
      } finally {
        turn.end()
      }
    }
  }

  /** Takes back what was verified of claims that no longer stand, and of one that was not verified to its end. */
  private async align(): Promise<void> {
    const { store, l2, chain, log, progress } = this.deps
    let claim = store.tip.claim
    while (claim > 0n) {
      const [standing, verified] = await Promise.all([l2.claim(claim), store.claim(claim)])
      if (standing !== undefined && verified !== undefined && sameBytes(standing.hash, verified.hash)) break
      claim -= 1n
    }
    const partly = store.tip.block > store.tip.claimBlock
    if (claim === store.tip.claim && !partly && chain.state !== undefined) return
    if (claim < store.tip.claim)
      log.warn({ verified: store.tip.claim, standing: claim }, 'verified claims no longer stand on the L2')
    progress.starting(undefined)
    await chain.resetTo(claim)
  }

  /** The claim to verify next; also sets what is fetched ahead. */
  private async next(signal: AbortSignal): Promise<ClaimRecord | undefined> {
    const { store, l2, log } = this.deps
    const first = store.tip.claim + 1n
    const records: ClaimRecord[] = []
    for (let number = first; number <= first + BigInt(this.options.fetchAhead); number += 1n) {
      const record = await l2.claim(number)
      if (record === undefined) break
      records.push(record)
    }
    const [next] = records
    if (this.wrong !== undefined) {
      if (next !== undefined && sameBytes(next.hash, this.wrong.hash)) return undefined
      log.info({ claim: this.wrong.claim.number }, 'the wrong claim is gone, verification goes on')
      this.wrong = undefined
    }
    this.claims.want(records, signal)
    return next
  }

  private async derive(record: ClaimRecord, signal: AbortSignal): Promise<void> {
    const { progress, metrics, clock, chain, store, l2, log } = this.deps
    progress.deriving(record, this.claims.faultOf(record))
    const started = clock.now()
    const blocks = await this.claims.obtain(record, signal)
    progress.deriving(record, undefined)
    const fault = await this.verify(record, blocks, signal)
    if (fault !== undefined) {
      await this.refuse(record, fault)
      return
    }
    const tookMs = clock.now() - started
    const { block, claim } = store.tip
    metrics.verifySeconds.observe(tookMs / 1000)
    log.info({ claim, block, blocks: blocks.length, tookMs }, 'claim verified')
    await chain.snapshotIfDue(l2.summary?.final ?? 0n)
    await this.prune()
  }

  /** @returns why the claim is wrong; undefined when every root is equal and everything is recorded. */
  private async verify(
    record: ClaimRecord,
    blocks: readonly ViewedBlock[],
    signal: AbortSignal,
  ): Promise<NodeError | undefined> {
    const { chain, metrics } = this.deps
    const { claim, hash } = record
    const wrongBlock = (fault: BlockError['fault']): NodeError =>
      new NodeError({ code: 'CLAIM_BLOCK_WRONG', claim: claim.number, fault })
    const first = blocks[0]
    const last = blocks.at(-1)
    if (first === undefined || last === undefined) throw new TypeError('a decoded batch has blocks')
    if (chain.state === undefined) throw new TypeError('verification without a state')
    try {
      checkLastHeader(claim, last.header)
      let step: Step | undefined = await this.check(claim, blocks, 0, chain.state)
      while (step !== undefined) {
        signal.throwIfAborted()
        const { block, window } = step
        const completed = block === last ? { number: claim.number, hash, first: first.header.number } : undefined
        const executing = chain.advance(block, window, completed)
        // The lanes are at work: time to look at what comes next.
        const checking = this.checkNext(claim, blocks, step)
        checking.catch(() => undefined)
        const fault = await executing
        if (fault !== undefined) return wrongBlock(fault)
        metrics.blocks.inc()
        metrics.messages.inc(block.runs.messages)
        step = await checking
      }
      return undefined
    } catch (error) {
      if (error instanceof BlockError) return wrongBlock(error.fault)
      if (error instanceof NodeError && error.fault.code === 'CLAIM_LAST_HEADER') return error
      throw error
    } finally {
      await chain.settle()
    }
  }

  /** The block after `step`, checked; after the last one of a claim the claim that follows is made ready instead. */
  private async checkNext(claim: BatchClaim, blocks: readonly ViewedBlock[], step: Step): Promise<Step | undefined> {
    if (step.index + 1 < blocks.length) return this.check(claim, blocks, step.index + 1, step.after)
    await this.claims.beginAhead(claim.number + 1n, step.after)
    return undefined
  }

  /** Checks all of a block that needs no execution. @param parent - The state before it. @throws {BlockError} */
  private async check(
    claim: BatchClaim,
    blocks: readonly ViewedBlock[],
    index: number,
    parent: VerifiedState,
  ): Promise<Step> {
    const block = blocks[index] as ViewedBlock
    const window = await this.deps.chain.window(parent.header, block.header.inboxCount)
    checkViewRules(block, parent, window, claim.lineage, this.deps.config, { completed: true })
    const after = stateAfter(block, consumedItems(block.header, parent.header, window), parent)
    return { index, block, window, after }
  }

  /** Halts at a wrong claim: names the difference, goes back to the last good state and waits for the L2. */
  private async refuse(record: ClaimRecord, fault: NodeError): Promise<void> {
    const { log, metrics, progress, store, chain } = this.deps
    this.wrong = record
    metrics.faults.inc({ code: fault.fault.code })
    log.error({ claim: record.claim.number, fault: fault.toJSON() }, 'THE CLAIM IS WRONG: verification stands still')
    progress.refused(record, fault)
    await store.countRoots(1, 0)
    await chain.resetTo(store.tip.claim)
  }

  /** Forgets signatures that no verification can need: final, and before the newest final snapshot. */
  private async prune(): Promise<void> {
    const { l2, store, chain } = this.deps
    const { witnessKeptBlocks } = this.options
    if (witnessKeptBlocks === Number.POSITIVE_INFINITY) return
    const finalClaim = l2.summary?.final ?? 0n
    const final = await store.claim(finalClaim)
    const restorable = await chain.newestSnapshot(finalClaim)
    if (final === undefined || restorable === undefined) return
    const kept = final.last - BigInt(witnessKeptBlocks)
    const through = kept < restorable ? kept : restorable
    if (through <= this.prunedThrough) return
    await store.prune(through)
    this.prunedThrough = through
  }

  /** A signal that aborts when the claim to be derived is no longer the one that stands. */
  private watch(seen: number, signal: AbortSignal): { signal: AbortSignal; end: () => void } {
    const controller = new AbortController()
    const { l2, store } = this.deps
    const look = async (since: number): Promise<void> => {
      const number = store.tip.claim + 1n
      const before = await l2.claim(number)
      let version = since
      while (!controller.signal.aborted) {
        await l2.changed(version, controller.signal)
        version = l2.seen
        const now = await l2.claim(number)
        if (now === undefined || before === undefined || !sameBytes(now.hash, before.hash))
          controller.abort(new ClaimGone())
      }
    }
    // Rejects only when it is called off: by the end of the turn or by what it found.
    look(seen).catch(() => undefined)
    return { signal: AbortSignal.any([signal, controller.signal]), end: () => controller.abort(new ClaimGone()) }
  }
}

/** One block on its way through verification. */
interface Step {
  readonly index: number
  readonly block: ViewedBlock
  readonly window: InboxWindow
  /** The state it makes if it is right. */
  readonly after: VerifiedState
}

/** The claim under way no longer stands, or another one took its place. */
class ClaimGone extends Error {
  override readonly name = 'ClaimGone'
}
