import { type Bytes32, sameBytes, type ViewedBlock } from '@parley/protocol'
import { type BackoffOptions, backoffMs, type Clock, raceAbort } from '@parley/runtime'
import type { Logger } from 'pino'
import { type BatchPart, NodeError } from '../faults.ts'
import type { L2Log } from '../l2/l2-log.ts'
import type { ClaimRecord } from '../l2/l2-records.ts'
import type { NodeMetrics } from '../metrics.ts'
import type { NodeProgress } from '../progress.ts'
import type { VerifiedState } from '../store/chain-records.ts'
import { BatchFetcher, type DaLayers, type FetchedBatch } from './batch-fetcher.ts'
import { readClaim } from './check-claim.ts'
import type { VerifiedChain } from './verified-chain.ts'

export interface ClaimReaderDeps {
  readonly l2: L2Log
  readonly chain: VerifiedChain
  readonly layers: DaLayers
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: NodeMetrics
  readonly progress: NodeProgress
}

export interface ClaimReaderOptions extends BackoffOptions {
  /** Claims fetched ahead of the one that is verified. */
  readonly fetchAhead: number
}

/** A claim and the blocks and signatures that it commits to. */
export interface ClaimedBlocks {
  readonly record: ClaimRecord
  readonly blocks: readonly ViewedBlock[]
}

/** Brings claims from the DA layers and completes them to blocks, the next one while its predecessor is verified. */
export class ClaimReader {
  private readonly deps: ClaimReaderDeps
  private readonly options: ClaimReaderOptions
  private readonly fetcher: BatchFetcher
  /** The next claim, as far as it was completed while the one before it was verified. */
  private begun: { readonly hash: Bytes32; readonly blocks: Promise<readonly ViewedBlock[] | undefined> } | undefined

  constructor(deps: ClaimReaderDeps, options: ClaimReaderOptions) {
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

  /** The claims that stand from `first` on, as many as are to be fetched. */
  async standing(first: bigint): Promise<readonly ClaimRecord[]> {
    const records: ClaimRecord[] = []
    for (let number = first; number <= first + BigInt(this.options.fetchAhead); number += 1n) {
      const record = await this.deps.l2.claim(number)
      if (record === undefined) break
      records.push(record)
    }
    return records
  }

  /** Begins fetching these claims, in this order of importance, and gives up on all others. */
  want(records: readonly ClaimRecord[], signal: AbortSignal): void {
    this.fetcher.want(records, signal)
  }

  /** Why a wanted claim is not there yet, if there is a reason. */
  faultOf(record: ClaimRecord): NodeError | undefined {
    return this.fetcher.faultOf(record)
  }

  /** Fetches until what is served is what was claimed. */
  async obtain(record: ClaimRecord, signal: AbortSignal): Promise<readonly ViewedBlock[]> {
    const { chain, clock, log, metrics, progress } = this.deps
    const { claim } = record
    const state = chain.state
    if (state === undefined) throw new TypeError('derivation without a state')
    const begun = await this.takeBegun(record, signal)
    if (begun !== undefined) return begun
    for (let failures = 0; ; failures += 1) {
      const fetched = await raceAbort(this.fetcher.get(record), signal)
      try {
        return await this.complete(record, fetched, state)
      } catch (error) {
        if (!isPassing(error)) throw error
        const waitMs = backoffMs(failures, this.options)
        metrics.faults.inc({ code: error.fault.code })
        log.warn({ claim: claim.number, fault: error.toJSON(), waitMs }, 'data of a claim is not what was claimed')
        progress.missing(record, error)
        await clock.sleep(waitMs, signal)
        this.fetcher.again(record)
      }
    }
  }

  /** @throws {NodeError} when what was served is not what was claimed, or the inbox is not known that far. */
  private async complete(
    record: ClaimRecord,
    fetched: FetchedBatch,
    state: VerifiedState,
  ): Promise<readonly ViewedBlock[]> {
    const { chain, l2 } = this.deps
    const { claim } = record
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
  }

  /**
   * Completes a claim on top of the state that the one before it makes if it is right. What comes out has the claim's own
   * roots, so it is what was claimed, whatever becomes of that one.
   * @returns undefined when it is not there by the time `late` settles; `obtain` takes it up then.
   */
  async ahead(record: ClaimRecord, state: VerifiedState, late: Promise<unknown>): Promise<ClaimedBlocks | undefined> {
    if (!this.fetcher.wants(record)) return undefined
    const completing = this.fetcher.get(record).then((fetched) => this.complete(record, fetched, state))
    // Whatever was in the way will be met again in its turn, and told then.
    const blocks = completing.catch(() => undefined)
    this.begun = { hash: record.hash, blocks }
    const inTime = await Promise.race([blocks, late.then(() => undefined)])
    if (inTime === undefined) return undefined
    this.begun = undefined
    return { record, blocks: inTime }
  }

  private async takeBegun(record: ClaimRecord, signal: AbortSignal): Promise<readonly ViewedBlock[] | undefined> {
    const { begun } = this
    this.begun = undefined
    return begun !== undefined && sameBytes(begun.hash, record.hash) ? raceAbort(begun.blocks, signal) : undefined
  }

  private layerName({ claim }: ClaimRecord, part: BatchPart): string {
    return this.deps.layers.get(claim[part].layer)?.name ?? String(claim[part].layer)
  }
}

/** Whether waiting may heal what is served, or known, of a claim. */
function isPassing(error: unknown): error is NodeError {
  return error instanceof NodeError && error.meaning.retry === 'later'
}
