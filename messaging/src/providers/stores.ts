import { ContentError, contentDigest, type NamedContents, type SeveralOptions, severalContents } from '@parley/content'
import { type Bytes32, millis, type Signature, sameBytes, toHex } from '@parley/protocol/light'
import type { Clock } from '@parley/runtime'
import type { Contents, Kept, PutOptions } from '../ports/contents.ts'
import type { Evidence } from './provider.ts'

export interface StoresDeps {
  readonly clock: Clock
  /** Is told of each store that withholds, each time that it shows. */
  readonly report: (store: string, evidence: Evidence) => void
}

/** A store's word that it keeps a content, which nobody's acknowledgement ends. */
interface Promised {
  readonly digest: Bytes32
  readonly retainUntil: Kept['retainUntil']
}

/** Answers of a store that are looked at together. */
const lookedAt = 16
/** Contents that a store lacks and others have, among those, before it is reported: half of them at least. */
const lacking = 3
/** Words of each store that are kept to be held against it. */
const promises = 256

/**
 * Several stores behind one face, and what each of them withholds. Contents go to two of them at least, those that were switched away
 * from come last.
 */
export class Stores implements Contents {
  private readonly deps: StoresDeps
  private readonly stores: readonly NamedContents[]
  private readonly options: SeveralOptions
  private readonly standing = new Map<string, Standing>()
  /** Who said that it has nothing, of contents that are looked for now. */
  private readonly denials = new Map<string, Set<string>>()
  private current: Contents

  /** @param stores - In the order in which they are asked, each with a name of its own. */
  constructor(stores: readonly NamedContents[], deps: StoresDeps, options: SeveralOptions = {}) {
    this.deps = deps
    this.stores = stores
    this.options = options
    for (const { name } of stores) this.standing.set(name, new Standing())
    this.current = this.behindOneFace(stores)
  }

  get names(): readonly string[] {
    return this.stores.map(({ name }) => name)
  }

  /** Asks some stores last from now on. */
  arrange(isAside: (name: string) => boolean): void {
    const [first, last] = [false, true].map((aside) => this.stores.filter(({ name }) => isAside(name) === aside))
    this.current = this.behindOneFace([...(first ?? []), ...(last ?? [])])
  }

  put(content: Uint8Array, options: PutOptions, signal: AbortSignal): Promise<Kept> {
    return this.current.put(content, options, signal)
  }

  async get(digest: Bytes32, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const name = toHex(digest)
    this.denials.delete(name)
    const content = await this.current.get(digest, signal)
    if (content !== undefined) for (const store of this.denials.get(name) ?? []) this.lacks(store, digest)
    this.denials.delete(name)
    return content
  }

  has(digest: Bytes32, signal: AbortSignal): Promise<boolean> {
    return this.current.has(digest, signal)
  }

  ack(digest: Bytes32, ackKey: Bytes32, signature: Signature, signal: AbortSignal): Promise<void> {
    return this.current.ack(digest, ackKey, signature, signal)
  }

  /**
   * Asks each store for one content that it promised to keep.
   * @param pick - Draws a number from 0 below another.
   */
  async audit(pick: (below: number) => number, signal: AbortSignal): Promise<void> {
    for (const store of this.stores) {
      const { promised } = this.of(store.name)
      const one = promised[pick(Math.max(promised.length, 1))]
      if (one === undefined) continue
      try {
        await this.watched(store).get(one.digest, signal)
      } catch (error) {
        // One that does not answer is no evidence; one that lies was reported.
        if (signal.aborted || !(error instanceof ContentError)) throw error
      }
    }
  }

  private behindOneFace(stores: readonly NamedContents[]): Contents {
    return severalContents(
      stores.map((store) => this.watched(store)),
      this.deps.clock,
      this.options,
    )
  }

  /** A store with an eye on what it says. */
  private watched(store: NamedContents): NamedContents {
    const { name } = store
    return {
      name,
      put: async (content, options, signal) => {
        const kept = await store.put(content, options, signal)
        // Others are let go of when all have read them.
        if (options.class === 'handshake' || options.acks.length === 0)
          this.of(name).promise({ digest: contentDigest(content), ...kept })
        return kept
      },
      get: async (digest, signal) => {
        const content = await this.asked(store, digest, signal)
        if (content === undefined) this.denies(name, digest)
        else if (sameBytes(contentDigest(content), digest)) this.of(name).answered(undefined)
        else this.report(name, 'lied', [digest])
        return content
      },
      has: (digest, signal) => store.has(digest, signal),
      ack: (...call) => store.ack(...call),
    }
  }

  private async asked(store: NamedContents, digest: Bytes32, signal: AbortSignal): Promise<Uint8Array | undefined> {
    try {
      return await store.get(digest, signal)
    } catch (error) {
      if (error instanceof ContentError && error.fault.code === 'STORE_LIED')
        this.report(store.name, 'lied', [digest], { fault: error.fault })
      throw error
    }
  }

  private denies(store: string, digest: Bytes32): void {
    const name = toHex(digest)
    this.denials.set(name, (this.denials.get(name) ?? new Set()).add(store))
    const broken = this.of(store).promised.find((each) => sameBytes(each.digest, digest))
    if (broken !== undefined && BigInt(Math.floor(this.deps.clock.now())) < broken.retainUntil)
      this.report(store, 'promised', [digest], { retainUntil: broken.retainUntil })
  }

  /** A store had nothing, and another one had it. */
  private lacks(store: string, digest: Bytes32): void {
    const standing = this.of(store)
    standing.answered(digest)
    const missing = standing.missing
    if (missing.length >= lacking && missing.length * 2 >= standing.count) this.report(store, 'lacks', missing)
  }

  private report(
    store: string,
    reason: Evidence['reason'],
    digests: readonly Bytes32[],
    more: Partial<Evidence> = {},
  ): void {
    this.deps.report(store, { reason, digests, at: millis(BigInt(Math.floor(this.deps.clock.now()))), ...more })
  }

  private of(store: string): Standing {
    return this.standing.get(store) as Standing
  }
}

/** What a store promised and answered lately. */
class Standing {
  promised: readonly Promised[] = []
  /** Digest of each content that it lacked; undefined for each that it had. */
  private answers: readonly (Bytes32 | undefined)[] = []

  promise(one: Promised): void {
    this.promised = [...this.promised.slice(1 - promises), one]
  }

  answered(lacked: Bytes32 | undefined): void {
    this.answers = [...this.answers.slice(1 - lookedAt), lacked]
  }

  get missing(): readonly Bytes32[] {
    return this.answers.filter((each) => each !== undefined)
  }

  get count(): number {
    return this.answers.length
  }
}
