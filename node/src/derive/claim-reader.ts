import {
  type Bytes32,
  CodecError,
  decodeBatchColumns,
  type RescuedRun,
  sameBytes,
  type ViewedBlock,
} from '@parley/protocol'
import { type BackoffOptions, backoffMs, type Clock, raceAbort } from '@parley/runtime'
import type { Logger } from 'pino'
import type { AnsweredClaim } from '../answers/claim.ts'
import { type BatchArchive, encodeViews } from '../archive/batch-archive.ts'
import type { PartSources } from '../archive/part-sources.ts'
import { NodeError } from '../faults.ts'
import type { L2Log } from '../l2/l2-log.ts'
import type { ClaimRecord } from '../l2/l2-records.ts'
import { readRescue } from '../l2/read-rescue.ts'
import type { NodeMetrics } from '../metrics.ts'
import type { NodeProgress } from '../progress.ts'
import type { VerifiedState } from '../store/chain-records.ts'
import { BatchFetcher, type FetchedBatch } from './batch-fetcher.ts'
import { readClaim } from './check-claim.ts'
import { ClaimPieces } from './claim-pieces.ts'
import type { VerifiedChain } from './verified-chain.ts'

export interface ClaimReaderDeps {
  readonly l2: L2Log
  readonly chain: VerifiedChain
  readonly sources: PartSources
  readonly archive: BatchArchive
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: NodeMetrics
  readonly progress: NodeProgress
}

export interface ClaimReaderOptions extends BackoffOptions {
  /** Claims fetched ahead of the one that is verified. */
  readonly fetchAhead: number
  /** Milliseconds between looks whether layers served something else. */
  readonly lookEveryMs: number
  /** Milliseconds of L2 time that a claim's data may be absent before it is asked for. */
  readonly challengeAfterMs: number
}

/** A claim and the blocks and signatures that it commits to. */
export interface ClaimedBlocks {
  readonly record: ClaimRecord
  readonly blocks: readonly ViewedBlock[]
  /** Where it was put together from answers on the L2. */
  readonly answered?: AnsweredClaim
}

/** Brings claims from the DA layers, or from answers on the L2, and completes them to blocks, the next one while its predecessor is verified. */
export class ClaimReader {
  private readonly deps: ClaimReaderDeps
  private readonly options: ClaimReaderOptions
  private readonly fetcher: BatchFetcher
  /** Of the wanted claims those made by rescues, which came with their data, by hash. */
  private rescues: ReadonlyMap<string, readonly RescuedRun[]> = new Map()
  /** The next claim, as far as it was completed while the one before it was verified. */
  private begun: { readonly hash: Bytes32; readonly blocks: Promise<readonly ViewedBlock[] | undefined> } | undefined

  /** What is known of claims by answers. */
  readonly pieces: ClaimPieces
  /** Claims whose data is not there, by the hex of their hash. */
  private readonly absent = new Map<string, { readonly since: number; readonly fault: NodeError }>()

  constructor(deps: ClaimReaderDeps, options: ClaimReaderOptions) {
    this.deps = deps
    this.options = options
    const { sources, clock, metrics } = deps
    this.fetcher = new BatchFetcher(
      {
        sources,
        clock,
        onFault: (record, fault, waitMs) => this.waits(record, fault, waitMs),
        onFetched: (part, source, bytes, tookMs) => {
          metrics.fetchedBytes.inc({ part, source }, bytes)
          metrics.fetchSeconds.observe({ part, source }, tookMs / 1000)
        },
      },
      options,
    )
    const served = (record: ClaimRecord) => (this.wants(record) ? this.fetcher.served(record) : undefined)
    this.pieces = new ClaimPieces({ ...deps, served }, options)
  }

  /** Claims that stand behind those that are fetched, up to `last`. */
  async behind(first: bigint, last: bigint): Promise<readonly ClaimRecord[]> {
    const records: ClaimRecord[] = []
    for (let number = first + BigInt(this.options.fetchAhead) + 1n; number <= last; number += 1n) {
      const record = await this.deps.l2.claim(number)
      // The data of a rescue is in its event.
      if (record !== undefined && (await this.deps.l2.rescue(record.hash)) === undefined) records.push(record)
    }
    return records
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
  async want(records: readonly ClaimRecord[], signal: AbortSignal): Promise<void> {
    const rescues = new Map<string, readonly RescuedRun[]>()
    for (const { hash } of records) {
      const runs = await this.deps.l2.rescue(hash)
      if (runs !== undefined) rescues.set(hex(hash), runs)
    }
    this.rescues = rescues
    this.fetcher.want(
      records.filter((record) => this.rescueOf(record) === undefined),
      signal,
    )
    const wanted = new Set(records.map(({ hash }) => hex(hash)))
    for (const key of this.absent.keys()) if (!wanted.has(key)) this.absent.delete(key)
    this.pieces.keep(wanted)
  }

  wants(record: ClaimRecord): boolean {
    return this.fetcher.wants(record)
  }

  /** Why a wanted claim is not there yet, if there is a reason. */
  faultOf(record: ClaimRecord): NodeError | undefined {
    return this.rescueOf(record) === undefined ? this.fetcher.faultOf(record) : undefined
  }

  private rescueOf({ hash }: ClaimRecord): readonly RescuedRun[] | undefined {
    return this.rescues.get(hex(hash))
  }

  /** Waits until what is served, or what was answered on the L2, is what was claimed. */
  async obtain(record: ClaimRecord, signal: AbortSignal): Promise<ClaimedBlocks> {
    const rescue = this.rescueOf(record)
    if (rescue !== undefined) return { record, blocks: [readRescue(record.claim, rescue)] }
    const either = new AbortController()
    const inner = AbortSignal.any([signal, either.signal])
    try {
      return await Promise.race([this.fromLayers(record, inner), this.fromAnswers(record, inner)])
    } finally {
      either.abort()
      this.absent.delete(hex(record.hash))
    }
  }

  /** Fetches until what is served is what was claimed. */
  private async fromLayers(record: ClaimRecord, signal: AbortSignal): Promise<ClaimedBlocks> {
    const { chain, clock, log } = this.deps
    const { claim } = record
    const state = chain.state
    if (state === undefined) throw new TypeError('derivation without a state')
    const begun = await this.takeBegun(record, signal)
    if (begun !== undefined) return { record, blocks: begun }
    for (let failures = 0; ; failures += 1) {
      const fetched = await raceAbort(this.fetcher.get(record), signal)
      try {
        return { record, blocks: await this.complete(record, fetched, state) }
      } catch (error) {
        if (!isPassing(error)) throw error
        if (error.fault.code === 'DATA_MISMATCH' || error.fault.code === 'DATA_UNDECODABLE') {
          log.warn({ claim: claim.number, fault: error.toJSON() }, 'data of a claim is not what was claimed')
          this.fetcher.refuse(record, error.fault.part, error)
          continue
        }
        const waitMs = backoffMs(failures, this.options)
        this.waits(record, error, waitMs)
        await clock.sleep(waitMs, signal)
      }
    }
  }

  /** Waits until answers on the L2, with what was served, make up the claim. */
  private async fromAnswers(record: ClaimRecord, signal: AbortSignal): Promise<ClaimedBlocks> {
    const { l2, log } = this.deps
    for (;;) {
      const { seen } = l2
      const questions = await l2.asked(record.hash)
      if (questions.some(({ answered }) => answered)) {
        const { claim: answered } = await this.pieces.known(record)
        if (answered !== undefined) {
          log.warn({ claim: record.claim.number }, 'a claim is put together from answers on the L2')
          await this.keepAnswered(record, answered)
          return { record, blocks: answered.blocks, answered }
        }
      }
      await this.newsOf(seen, signal)
    }
  }

  /** Whoever asks this node needs no answers any more. What has lists of wrong lengths has no encoding. */
  private async keepAnswered(record: ClaimRecord, { blocks, misshapen, byLengths }: AnsweredClaim): Promise<void> {
    const { chain, archive, log } = this.deps
    const { state } = chain
    if (state === undefined || misshapen.size > 0 || byLengths !== undefined) return
    const { claim } = record
    try {
      const encoded = encodeViews(blocks)
      const { core, witness } = encoded
      const window = await chain.window(state.header, claim.lastHeader.inboxCount)
      readClaim(claim, { core: decodeBatchColumns(core), witness }, state, window, () => 'answers on the L2')
      await archive.keep(claim, encoded)
    } catch (error) {
      // A wrong claim need not follow from what its batch would carry.
      if (!isPassing(error) && !(error instanceof CodecError)) throw error
      log.info({ claim: claim.number, fault: error.toJSON() }, 'a claim put together from answers is not kept')
    }
  }

  /** Waits for news of the L2, and no longer than until layers may have served something else. */
  private async newsOf(seen: number, signal: AbortSignal): Promise<void> {
    const either = new AbortController()
    const inner = AbortSignal.any([signal, either.signal])
    try {
      await Promise.race([this.deps.l2.changed(seen, inner), this.deps.clock.sleep(this.options.lookEveryMs, inner)])
    } finally {
      either.abort()
    }
  }

  /** Since when data of a claim that is wanted has not been there, by the clock's elapsed milliseconds, and why. */
  absence(record: ClaimRecord): { readonly since: number; readonly fault: NodeError } | undefined {
    return this.absent.get(hex(record.hash))
  }

  /** A claim cannot be verified yet. */
  private waits(record: ClaimRecord, fault: NodeError, waitMs: number): void {
    const { metrics, log, progress } = this.deps
    metrics.faults.inc({ code: fault.fault.code })
    log.warn({ claim: record.claim.number, fault: fault.toJSON(), waitMs }, 'data of a claim is waited for')
    progress.missing(record, fault)
    const key = hex(record.hash)
    const since = this.absent.get(key)?.since ?? this.deps.clock.elapsed()
    this.absent.set(key, { since, fault })
  }

  /** @throws {NodeError} when what was served is not what was claimed, or the inbox is not known that far. */
  private async complete(
    record: ClaimRecord,
    fetched: FetchedBatch,
    state: VerifiedState,
  ): Promise<readonly ViewedBlock[]> {
    const { chain, l2, archive } = this.deps
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
    const blocks = readClaim(claim, fetched, state, window, (part) => this.fetcher.sourceOf(record, part))
    this.fetcher.accept(record)
    await archive.keep(claim, fetched.encoded)
    return blocks
  }

  /**
   * Completes a claim on top of the state that the one before it makes if it is right. What comes out has the claim's own
   * roots, so it is what was claimed, whatever becomes of that one.
   * @returns undefined when it is not there by the time `late` settles; `obtain` takes it up then.
   */
  async ahead(record: ClaimRecord, state: VerifiedState, late: Promise<unknown>): Promise<ClaimedBlocks | undefined> {
    const rescue = this.rescueOf(record)
    if (rescue !== undefined) return { record, blocks: [readRescue(record.claim, rescue)] }
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
}

/** Whether waiting may heal what is served, or known, of a claim. */
function isPassing(error: unknown): error is NodeError {
  return error instanceof NodeError && error.meaning.retry === 'later'
}

const hex = (bytes: Bytes32): string => Buffer.from(bytes).toString('hex')
