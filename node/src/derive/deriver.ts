import {
  type Block,
  BlockError,
  BodyKind,
  type ChainConfig,
  type Clock,
  checkBlockRules,
  sameBytes,
} from '@parley/protocol'
import type { Logger } from 'pino'
import { type BatchPart, NodeError } from '../faults.ts'
import type { L2Log } from '../l2/l2-log.ts'
import type { ClaimRecord } from '../l2/l2-records.ts'
import type { NodeMetrics } from '../metrics.ts'
import type { NodeProgress } from '../progress.ts'
import { type BackoffOptions, backoffMs } from '../retry.ts'
import type { ChainStore } from '../store/chain-store.ts'
import { BatchFetcher, type DaLayers } from './batch-fetcher.ts'
import { type ClaimedBlocks, checkLastHeader, readClaim } from './check-claim.ts'
import type { VerifiedChain } from './verified-chain.ts'

export interface DeriverDeps {
  readonly config: ChainConfig
  readonly l2: L2Log
  readonly store: ChainStore
  readonly chain: VerifiedChain
  readonly layers: DaLayers
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: NodeMetrics
  readonly progress: NodeProgress
}

export interface DeriverOptions extends BackoffOptions {
  /** Claims fetched ahead of the one that is verified. */
  readonly fetchAhead: number
  /** Blocks whose signatures are kept after they are final; Infinity keeps all. */
  readonly witnessKeptBlocks: number
}

/** Claims of the L2 in order → fetched → completed → every root compared. */
export class Deriver {
  private readonly deps: DeriverDeps
  private readonly options: DeriverOptions
  private readonly fetcher: BatchFetcher
  /** The claim that was found wrong; looked at again only when another takes its place. */
  private wrong: ClaimRecord | undefined
  private prunedThrough = 0n

  constructor(deps: DeriverDeps, options: DeriverOptions) {
    this.deps = deps
    this.options = options
    const { layers, clock, log, metrics, progress } = deps
    this.fetcher = new BatchFetcher(
      {
        layers,
        clock,
        onFault: (record, fault, waitMs) => {
          metrics.faults.inc({ code: fault.fault.code })
          log.warn({ claim: record.claim.number, fault: fault.toJSON(), waitMs }, 'data of a claim is waited for')
          progress.missing(record, fault)
        },
        onFetched: (part, layer, bytes, tookMs) => {
          metrics.fetchedBytes.inc({ part, layer }, bytes)
          metrics.fetchSeconds.observe({ part, layer }, tookMs / 1000)
        },
      },
      options,
    )
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
    this.fetcher.want(records, signal)
    return next
  }

  private async derive(record: ClaimRecord, signal: AbortSignal): Promise<void> {
    const { progress, metrics, clock, chain, store, l2, log } = this.deps
    progress.deriving(record, this.fetcher.faultOf(record))
    const started = clock.now()
    const claimed = await this.obtain(record, signal)
    progress.deriving(record, undefined)
    const fault = await this.verify(record, claimed, signal)
    if (fault !== undefined) {
      await this.refuse(record, fault)
      return
    }
    const tookMs = clock.now() - started
    const { block, claim } = store.tip
    metrics.verifySeconds.observe(tookMs / 1000)
    log.info({ claim, block, blocks: claimed.blocks.length, tookMs }, 'claim verified')
    await chain.snapshotIfDue(l2.summary?.final ?? 0n)
    await this.prune()
  }

  /** Fetches until what is served is what was claimed. */
  private async obtain(record: ClaimRecord, signal: AbortSignal): Promise<ClaimedBlocks> {
    const { chain, clock, log, metrics, progress, l2 } = this.deps
    const { claim } = record
    const state = chain.state
    if (state === undefined) throw new TypeError('derivation without a state')
    for (let failures = 0; ; failures += 1) {
      const fetched = await abortable(this.fetcher.get(record), signal)
      try {
        const known = l2.summary?.items ?? 0n
        if (claim.lastHeader.inboxCount > known)
          throw new NodeError({
            code: 'INBOX_INCOMPLETE',
            claim: claim.number,
            expected: claim.lastHeader.inboxCount,
            known,
          })
        const window = await chain.window(state.header, claim.lastHeader.inboxCount)
        return readClaim(claim, fetched, state, window, (part) => this.layerName(record, part))
      } catch (error) {
        if (!(error instanceof NodeError) || error.meaning.retry !== 'later') throw error
        const waitMs = backoffMs(failures, this.options)
        metrics.faults.inc({ code: error.fault.code })
        log.warn({ claim: claim.number, fault: error.toJSON(), waitMs }, 'data of a claim is not what was claimed')
        progress.missing(record, error)
        await clock.sleep(waitMs, signal)
        this.fetcher.again(record)
      }
    }
  }

  /** @returns why the claim is wrong; undefined when every root is equal and everything is recorded. */
  private async verify(
    record: ClaimRecord,
    { blocks, witness }: ClaimedBlocks,
    signal: AbortSignal,
  ): Promise<NodeError | undefined> {
    const { config, chain, metrics } = this.deps
    const { claim } = record
    const wrongBlock = (fault: BlockError['fault']): NodeError =>
      new NodeError({ code: 'CLAIM_BLOCK_WRONG', claim: claim.number, fault })
    const first = blocks[0]
    const last = blocks.at(-1)
    if (first === undefined || last === undefined) throw new TypeError('a decoded batch has blocks')
    try {
      checkLastHeader(claim, last.header)
      for (const [i, block] of blocks.entries()) {
        signal.throwIfAborted()
        const parent = chain.state
        if (parent === undefined) throw new TypeError('verification without a state')
        const signatures = witness[i] ?? []
        const window = await chain.window(parent.header, block.header.inboxCount)
        checkBlockRules(block, signatures, parent, window, claim.lineage, config)
        const completed =
          block === last ? { number: claim.number, hash: record.hash, first: first.header.number } : undefined
        const fault = await chain.advance(block, signatures, window, completed)
        if (fault !== undefined) return wrongBlock(fault)
        metrics.blocks.inc()
        metrics.messages.inc(messagesOf(block))
      }
      return undefined
    } catch (error) {
      if (error instanceof BlockError) return wrongBlock(error.fault)
      if (error instanceof NodeError && error.fault.code === 'CLAIM_LAST_HEADER') return error
      throw error
    }
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

  private layerName({ claim }: ClaimRecord, part: BatchPart): string {
    return this.deps.layers.get(claim[part].layer)?.name ?? String(claim[part].layer)
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

function messagesOf({ runs }: Block): number {
  return runs.reduce(
    (sum, { segments }) =>
      sum +
      segments.reduce((inner, { body }) => inner + (body.selector === BodyKind.messages ? body.value.length : 0), 0),
    0,
  )
}

/** The claim under way no longer stands, or another one took its place. */
class ClaimGone extends Error {
  override readonly name = 'ClaimGone'
}

/** The promise's result; rejects with the signal's reason when it aborts first. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let abort = (): void => undefined
  try {
    return await new Promise<T>((resolve, reject) => {
      abort = () => reject(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      promise.then(resolve, reject)
    })
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
