import { hash } from 'node:crypto'
import { ExecutionError, ShardCheck } from '@parley/execution'
import { BlockHeaderType, type Bytes32, type ChainConfig, limits, sameBytes } from '@parley/protocol'
import { type BackoffOptions, backoffMs, type Clock, pause } from '@parley/runtime'
import type { Logger } from 'pino'
import { NodeError } from '../faults.ts'
import type { L2Contact } from '../l2/contact.ts'
import type { L2Log } from '../l2/l2-log.ts'
import type { NodeMetrics } from '../metrics.ts'
import type { NodeProgress } from '../progress.ts'
import type { ChainStore } from '../store/chain-store.ts'
import type { SnapshotChunk, SnapshotStore } from '../store/snapshot-store.ts'
import type { JoinStore } from './join-store.ts'
import { bytesOf, decodeManifest, type SnapshotManifest, type SnapshotPart, stateOf } from './manifest.ts'
import { entriesOfShard, type Offer } from './offers.ts'
import type { SnapshotSource } from './snapshot-source.ts'

interface JoinDeps {
  readonly config: ChainConfig
  readonly l2: L2Log
  readonly contact: L2Contact
  readonly store: ChainStore
  readonly snapshots: SnapshotStore
  readonly joining: JoinStore
  readonly sourcesOfSnapshots: readonly SnapshotSource[]
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: NodeMetrics
  readonly progress: NodeProgress
}

/**
 * Brings an empty node to the newest final state that a source serves; nothing of it counts before all of it is checked.
 * Does nothing where there are no sources, where something is verified already, and where nothing is final.
 */
export async function joinBySnapshot(deps: JoinDeps, backoff: BackoffOptions, signal: AbortSignal): Promise<void> {
  const { sourcesOfSnapshots, store, l2, contact, log, clock, progress, metrics } = deps
  if (sourcesOfSnapshots.length === 0 || store.tip.block > 0n) return
  while (!contact.caughtUp) await l2.changed(l2.seen, signal)
  if ((l2.summary?.final ?? 0n) === 0n) {
    log.info('no claim is final yet, so no snapshot can be checked: verification begins with the first claim')
    return
  }
  const join = new Join(deps)
  for (let failures = 0; ; failures += 1) {
    try {
      await join.attempt(signal)
      return
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof NodeError) || error.meaning.retry !== 'later') throw error
      metrics.faults.inc({ code: error.fault.code })
      progress.starting(error)
      log.warn({ fault: error.toJSON() }, 'no snapshot can be joined by now, trying again')
      await pause(clock, backoffMs(failures, backoff), signal)
    }
  }
}

class Join {
  private readonly deps: JoinDeps
  /** Sources that served what is not what it said to be. */
  private readonly refused = new Set<SnapshotSource>()
  /** Sources that did not answer in this attempt. */
  private silent = new Set<SnapshotSource>()

  constructor(deps: JoinDeps) {
    this.deps = deps
  }

  /** @throws {NodeError} to be tried again when no source has what is missing; what came is kept. */
  async attempt(signal: AbortSignal): Promise<void> {
    const { store, joining, log } = this.deps
    this.silent = new Set()
    const offers = await this.offers(signal)
    const goal = offers[0]?.manifest
    if (goal === undefined)
      throw new NodeError({
        code: 'SNAPSHOT_UNAVAILABLE',
        source: 'every source',
        reason: 'none serves one that holds',
      })
    const { claim, claimHash, header } = goal
    log.info({ claim, block: header.number, bytes: bytesOf(goal), sources: offers.length }, 'joining by a snapshot')
    if (await joining.begin(claimHash)) await store.clearRecords()
    for (let shard = 0; shard < limits.shards; shard += 1)
      if ((await joining.checked(shard)) === undefined) await this.obtainShard(shard, offers, signal)
    await this.adopt(goal)
  }

  /** Manifests that hold, of the newest final claim that one is of; the order is that of the sources. */
  private async offers(signal: AbortSignal): Promise<readonly Offer[]> {
    const found: Offer[] = []
    for (const source of this.live()) {
      const manifest = await this.guarded(source, async () => {
        const decoded = decodeManifest(source.name, await source.manifest(signal))
        await this.assertFinal(source, decoded)
        return decoded
      })
      if (manifest !== undefined) found.push({ source, manifest })
    }
    const newest = found.reduce((most, { manifest: { claim } }) => (claim > most ? claim : most), 0n)
    return found.filter(({ manifest }) => manifest.claim === newest)
  }

  /** Holds a manifest against the L2. @throws {NodeError} */
  private async assertFinal({ name }: SnapshotSource, manifest: SnapshotManifest): Promise<void> {
    const { config, l2 } = this.deps
    const invalid = (field: string, expected: string): NodeError =>
      new NodeError({ code: 'SNAPSHOT_MANIFEST_INVALID', source: name, field, expected })
    if (manifest.chainId !== config.chainId) throw invalid('chainId', String(config.chainId))
    if (!sameBytes(manifest.inbox, config.inbox))
      throw invalid('inbox', `0x${Buffer.from(config.inbox).toString('hex')}`)
    const final = l2.summary?.final ?? 0n
    if (manifest.claim > final || manifest.claim === 0n)
      throw new NodeError({ code: 'SNAPSHOT_NOT_FINAL', source: name, claim: manifest.claim, final })
    const record = await l2.claim(manifest.claim)
    if (record === undefined || !sameBytes(record.hash, manifest.claimHash))
      throw invalid('claimHash', 'hash of the claim that stands on the L2 under this number')
    const [told, claimed] = [manifest.header, record.claim.lastHeader].map((each) => BlockHeaderType.hashTreeRoot(each))
    if (!sameBytes(told as Bytes32, claimed as Bytes32)) throw invalid('header', 'last header of the claim')
  }

  /** Fetches a shard as one source after the other describes it, until it has its root. */
  private async obtainShard(shard: number, offers: readonly Offer[], signal: AbortSignal): Promise<void> {
    const { joining, metrics, log } = this.deps
    for (const { parts, root, sources } of entriesOfShard(shard, offers)) {
      const asked = sources.filter((source) => !this.refused.has(source))
      if (asked.length === 0) continue
      await this.obtainParts(parts, asked, signal)
      const reason = await this.check(shard, parts, root)
      if (reason === undefined) {
        const digests = parts.map(({ digest }) => digest)
        await joining.check(shard, digests)
        return
      }
      for (const source of asked) {
        this.refused.add(source)
        const fault = new NodeError({ code: 'SNAPSHOT_SHARD_WRONG', source: source.name, shard, reason })
        metrics.faults.inc({ code: fault.fault.code })
        log.error({ fault: fault.toJSON() }, 'a source of snapshots lies about a shard: it is asked no more')
      }
    }
    throw new NodeError({ code: 'SNAPSHOT_UNAVAILABLE', source: 'every source', reason: `none has shard ${shard}` })
  }

  /** @returns why the parts are not the shard; undefined when they are. Counts of its records are written then. */
  private async check(shard: number, parts: readonly SnapshotPart[], root: Bytes32): Promise<string | undefined> {
    const { joining, store } = this.deps
    const check = new ShardCheck(shard)
    try {
      for (const { digest } of parts) check.read((await joining.part(digest)) as Uint8Array)
      const received = check.root()
      if (!sameBytes(received, root)) return `it has root 0x${Buffer.from(received).toString('hex')}`
    } catch (error) {
      if (!(error instanceof ExecutionError)) throw error
      return error.message
    }
    await store.writeRecordLengths(shard, check.entries())
    return undefined
  }

  /** Fetches what is missing of parts, one request to each source at a time. @throws {NodeError} `SNAPSHOT_UNAVAILABLE`. */
  private async obtainParts(
    parts: readonly SnapshotPart[],
    sources: readonly SnapshotSource[],
    signal: AbortSignal,
  ): Promise<void> {
    const missing: SnapshotPart[] = []
    for (const part of parts) if (!(await this.deps.joining.has(part.digest))) missing.push(part)
    // Those that describe the shard so first; any other may have the same part.
    for (const round of [sources, this.live()])
      await Promise.all(round.map((source) => this.fetchFrom(source, missing, signal)))
    const [left] = missing
    if (left === undefined) return
    const reason = `none has part ${Buffer.from(left.digest).toString('hex')}`
    throw new NodeError({ code: 'SNAPSHOT_UNAVAILABLE', source: 'every source', reason })
  }

  /** Takes one part after the other, until none is left or the source fails. */
  private async fetchFrom(source: SnapshotSource, missing: SnapshotPart[], signal: AbortSignal): Promise<void> {
    const { joining, metrics } = this.deps
    while (!this.refused.has(source) && !this.silent.has(source)) {
      const part = missing.shift()
      if (part === undefined) return
      const { digest, bytes } = part
      const served = await this.guarded(source, async () => {
        const received = await source.part(digest, bytes, signal)
        metrics.joinBytes.inc({ source: source.name }, received.length)
        if (received.length === bytes && hash('sha256', received, 'hex') === Buffer.from(digest).toString('hex'))
          return received
        throw new NodeError({ code: 'SNAPSHOT_PART_INVALID', source: source.name, digest, bytes })
      })
      if (served === undefined) missing.push(part)
      else await joining.keep(digest, served)
    }
  }

  /** Asks a source; what it fails with is told, and decides whether it is asked again. */
  private async guarded<T>(source: SnapshotSource, ask: () => Promise<T>): Promise<T | undefined> {
    const { log, metrics } = this.deps
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof NodeError)) throw error
      metrics.faults.inc({ code: error.fault.code })
      log.warn({ fault: error.toJSON() }, 'a source of snapshots is passed over')
      if (error.fault.code === 'SNAPSHOT_PART_INVALID') this.refused.add(source)
      else this.silent.add(source)
      return undefined
    }
  }

  private live(): readonly SnapshotSource[] {
    return this.deps.sourcesOfSnapshots.filter((source) => !this.refused.has(source) && !this.silent.has(source))
  }

  /** From here on the state is this one. What ends the process before the last write is done again, without the sources. */
  private async adopt(goal: SnapshotManifest): Promise<void> {
    const { store, snapshots, joining, l2, log } = this.deps
    const state = stateOf(goal)
    const { claim, claimHash, header } = goal
    await snapshots.take(state, claim, this.chunks())
    const first = ((await l2.lastHeaderBefore(claim))?.number ?? 0n) + 1n
    await store.adopt(state, { number: claim, hash: claimHash, first })
    await joining.clear()
    log.info({ claim, block: header.number }, 'joined by a snapshot: what was before it is not known here')
  }

  private async *chunks(): AsyncGenerator<SnapshotChunk> {
    const { joining } = this.deps
    for (let shard = 0; shard < limits.shards; shard += 1)
      for (const digest of (await joining.checked(shard)) ?? [])
        yield { shard, bytes: (await joining.part(digest)) as Uint8Array }
  }
}
