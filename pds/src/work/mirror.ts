import { type Contents, contentDigest } from '@parley/content'
import type { ContentStore } from '@parley/content/store'
import { type Bytes32, sameBytes } from '@parley/protocol'
import { type Clock, Pulse, pause } from '@parley/runtime'
import { type BytesOperation, durable } from '@parley/runtime/level'
import type { Logger } from 'pino'
import { numberKey } from '../state/table.ts'
import type { Tables } from '../state/tables.ts'

export interface MirrorDeps {
  readonly tables: Tables
  readonly contents: Contents
  readonly mirror: ContentStore
  readonly clock: Clock
  readonly log: Logger
}

export interface MirrorOptions {
  readonly fetchAtOnce: number
  readonly fetchForMs: number
}

const firstWaitMs = 1_000
const longestWaitMs = 3_600_000
const idleMs = 1_000
const lackingAtOnce = 1_024

/** Fetches contents by digest until some store has them; what comes was hashed. */
export class Mirror {
  readonly kept: ContentStore
  /** Told whenever a content has come. */
  readonly came = new Pulse()
  private readonly deps: MirrorDeps
  private readonly options: MirrorOptions
  private readonly pulse = new Pulse()
  private readonly lacking: Bytes32[] = []

  constructor(deps: MirrorDeps, options: MirrorOptions) {
    this.deps = deps
    this.options = options
    this.kept = deps.mirror
  }

  /** What makes a content wanted, to be written with what names it. Call `look` afterwards. */
  wanted(digest: Bytes32): BytesOperation {
    const now = this.now()
    return this.deps.tables.wanted.put([numberKey(now), digest], { since: now, attempts: 0 })
  }

  look(): void {
    this.pulse.beat()
  }

  /** Milliseconds since 1970 until which a content is kept; 0 when it is not. */
  async keptUntil(digest: Bytes32): Promise<bigint> {
    return (await this.kept.keptUntil(digest)) ?? 0n
  }

  /** Has a content that somebody lacks put back to the stores. Beyond so many at once others ask again. */
  giveBack(digest: Bytes32): void {
    if (this.lacking.length < lackingAtOnce) this.lacking.push(digest)
    this.look()
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const looked = this.pulse.next()
      const due = await this.due()
      const lacking = this.lacking.splice(0, this.options.fetchAtOnce)
      await Promise.all([
        ...due.map((each) => this.fetch(each, signal)),
        ...lacking.map((digest) => this.putBack(digest, signal)),
      ])
      if (due.length + lacking.length === 0) await this.waitFor(looked, signal)
    }
  }

  private async putBack(digest: Bytes32, signal: AbortSignal): Promise<void> {
    const { contents, log } = this.deps
    try {
      const content = await this.kept.get(digest, signal)
      if (content !== undefined) await contents.put(content, { class: 'application', acks: [] }, signal)
    } catch (error) {
      // Whoever lacks it can have it here.
      if (!signal.aborted) log.warn({ err: error }, 'a content that somebody lacks was not put to the stores')
    }
  }

  private async waitFor(looked: Promise<void>, signal: AbortSignal): Promise<void> {
    const stop = new AbortController()
    await Promise.race([looked, pause(this.deps.clock, idleMs, AbortSignal.any([signal, stop.signal]))])
    stop.abort()
  }

  private async due(): Promise<{ at: bigint; digest: Bytes32; since: bigint; attempts: number }[]> {
    const now = this.now()
    const found = []
    for await (const { rest, value } of this.deps.tables.wanted.rows([], { limit: this.options.fetchAtOnce })) {
      const at = new DataView(rest.buffer, rest.byteOffset, 8).getBigUint64(0)
      if (at > now) break
      found.push({ at, digest: rest.slice(8), ...value })
    }
    return found
  }

  private async fetch(
    { at, digest, since, attempts }: { at: bigint; digest: Bytes32; since: bigint; attempts: number },
    signal: AbortSignal,
  ): Promise<void> {
    const { tables, log } = this.deps
    const done = tables.wanted.delete([numberKey(at), digest])
    try {
      const isHere = (await this.kept.has(digest)) || (await this.bring(digest, signal))
      const later = isHere ? undefined : this.later(since, attempts)
      const again =
        later === undefined ? [] : [tables.wanted.put([numberKey(later), digest], { since, attempts: attempts + 1 })]
      await tables.db.batch([done, ...again], durable)
      if (isHere) this.came.beat()
    } catch (error) {
      if (signal.aborted) return
      log.warn({ err: error }, 'a content cannot be mirrored now')
      const later = this.now() + BigInt(firstWaitMs)
      await tables.db.batch(
        [done, tables.wanted.put([numberKey(later), digest], { since, attempts: attempts + 1 })],
        durable,
      )
    }
  }

  /** Whether a store has the content. What is another one is none. */
  private async bring(digest: Bytes32, signal: AbortSignal): Promise<boolean> {
    const content = await this.deps.contents.get(digest, signal)
    if (content === undefined || !sameBytes(contentDigest(content), digest)) return false
    // The class that is kept whatever is acknowledged.
    await this.kept.put(content, { class: 'handshake', acks: [] }, signal)
    return true
  }

  /** When to look again; undefined once it was looked for long enough. */
  private later(since: bigint, attempts: number): bigint | undefined {
    const now = this.now()
    if (now - since > BigInt(this.options.fetchForMs)) return undefined
    return now + BigInt(Math.min(firstWaitMs * 2 ** Math.min(attempts, 20), longestWaitMs))
  }

  private now(): bigint {
    return BigInt(Math.floor(this.deps.clock.now()))
  }
}
