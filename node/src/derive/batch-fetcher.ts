import {
  type BatchClaim,
  type BatchColumns,
  type Bytes32,
  CodecError,
  DaError,
  DaLayer,
  type DataAvailability,
  daLayerName,
  decodeBatchColumns,
} from '@parley/protocol'
import { type BackoffOptions, backoffMs, type Clock } from '@parley/runtime'
import type { ServedParts } from '../answers/claim.ts'
import { type BatchPart, NodeError } from '../faults.ts'
import type { ClaimRecord } from '../l2/l2-records.ts'

/** The DA layers a node can read, by their number in claims. */
export type DaLayers = ReadonlyMap<number, DataAvailability>

/** The two parts of a claim as its layers served them; not yet compared with the claim's roots. */
export interface FetchedBatch {
  readonly core: BatchColumns
  /** Decoded in the shape of the core once that is known to be the right one. */
  readonly witness: Uint8Array
}

export interface BatchFetcherDeps {
  readonly layers: DaLayers
  readonly clock: Clock
  /** Told of every failure before the wait. */
  readonly onFault: (record: ClaimRecord, fault: NodeError, waitMs: number) => void
  readonly onFetched: (part: BatchPart, layer: string, bytes: number, tookMs: number) => void
}

interface Fetch {
  batch?: Promise<FetchedBatch>
  readonly signal: AbortSignal
  readonly controller: AbortController
  /** Why it is still waited for. */
  fault: NodeError | undefined
  /** What was served last. */
  core: BatchColumns | undefined
  witness: Uint8Array | undefined
}

/** What an operator gives a node so that it can read a layer. */
const cures: ReadonlyMap<number, string> = new Map([
  [DaLayer.local, 'give it da.localUrl, or --da-local'],
  [DaLayer.ethereumBlobs, 'give it l1.url and l1.beaconUrl, or --l1 and --beacon'],
])

/** Names of layers that a node reads once it is told where they are. */
export const readableLayers: ReadonlySet<string> = new Set([...cures.keys()].map(daLayerName))

const hex = (bytes: Bytes32): string => Buffer.from(bytes).toString('hex')

/**
 * Fetches batches, several ahead, and never gives up on one that is wanted: missing data is neither absent nor valid.
 * What does not decode counts as not served, so it is asked for again.
 */
export class BatchFetcher {
  private readonly deps: BatchFetcherDeps
  private readonly backoff: BackoffOptions
  private readonly fetches = new Map<string, Fetch>()

  constructor(deps: BatchFetcherDeps, backoff: BackoffOptions) {
    this.deps = deps
    this.backoff = backoff
  }

  /** Begins fetching these claims, in this order of importance, and gives up on all others. */
  want(records: readonly ClaimRecord[], signal: AbortSignal): void {
    const wanted = new Set(records.map(({ hash }) => hex(hash)))
    for (const [key, { controller }] of this.fetches)
      if (!wanted.has(key)) {
        controller.abort()
        this.fetches.delete(key)
      }
    for (const record of records) if (!this.fetches.has(hex(record.hash))) this.begin(record, signal)
  }

  wants(record: ClaimRecord): boolean {
    return this.fetches.has(hex(record.hash))
  }

  /** Waits for a wanted batch. @throws the reason for which it is no longer wanted. */
  get(record: ClaimRecord): Promise<FetchedBatch> {
    const fetch = this.wanted(record)
    return fetch.batch ?? this.start(record, fetch)
  }

  /** Fetches a wanted batch once more: what was served was not it. */
  again(record: ClaimRecord): void {
    void this.start(record, this.wanted(record))
  }

  /** Why a wanted batch is not there yet, if there is a reason. */
  faultOf(record: ClaimRecord): NodeError | undefined {
    return this.wanted(record).fault
  }

  /** What was served last of a wanted batch, whatever it is worth. */
  served(record: ClaimRecord): ServedParts {
    const { core, witness } = this.wanted(record)
    return { core, witness }
  }

  private wanted(record: ClaimRecord): Fetch {
    const fetch = this.fetches.get(hex(record.hash))
    if (fetch === undefined) throw new TypeError(`claim ${record.claim.number} is not wanted`)
    return fetch
  }

  private begin(record: ClaimRecord, signal: AbortSignal): void {
    const controller = new AbortController()
    const fetch: Fetch = {
      signal: AbortSignal.any([signal, controller.signal]),
      controller,
      fault: undefined,
      core: undefined,
      witness: undefined,
    }
    void this.start(record, fetch)
    this.fetches.set(hex(record.hash), fetch)
  }

  private start(record: ClaimRecord, fetch: Fetch): Promise<FetchedBatch> {
    const batch = this.fetch(record, fetch)
    // Whoever wants it awaits it; what is fetched ahead may fail unseen when it is called off.
    batch.catch(() => undefined)
    fetch.batch = batch
    return batch
  }

  private async fetch(record: ClaimRecord, fetch: Fetch): Promise<FetchedBatch> {
    const [core, witness] = await Promise.all([
      this.part(record, 'core', decodeBatchColumns, fetch).then((served) => {
        fetch.core = served
        return served
      }),
      this.part(record, 'witness', (bytes) => bytes, fetch).then((served) => {
        fetch.witness = served
        return served
      }),
    ])
    fetch.fault = undefined
    return { core, witness }
  }

  private async part<T>(
    record: ClaimRecord,
    part: BatchPart,
    decode: (bytes: Uint8Array) => T,
    fetch: Fetch,
  ): Promise<T> {
    const { signal } = fetch
    const { clock, onFault, onFetched } = this.deps
    for (let failures = 0; ; failures += 1) {
      signal.throwIfAborted()
      try {
        const layer = this.layer(record.claim, part)
        const started = clock.elapsed()
        const bytes = await layer.retrieve(record.claim[part].pointer, signal)
        onFetched(part, layer.name, bytes.length, clock.elapsed() - started)
        return decode(bytes)
      } catch (error) {
        signal.throwIfAborted()
        const fault = this.asFault(record.claim, part, error)
        const waitMs = backoffMs(failures, this.backoff)
        fetch.fault = fault
        onFault(record, fault, waitMs)
        await clock.sleep(waitMs, signal)
      }
    }
  }

  private layer(claim: BatchClaim, part: BatchPart): DataAvailability {
    const layer = this.deps.layers.get(claim[part].layer)
    if (layer !== undefined) return layer
    const { layer: number } = claim[part]
    const cure = cures.get(number) ?? 'install a version that reads it'
    throw new NodeError({ code: 'DA_LAYER_UNKNOWN', claim: claim.number, part, layer: daLayerName(number), cure })
  }

  /** @throws everything that is not a fault of the layer or of what it served. */
  private asFault({ number, ...claim }: BatchClaim, part: BatchPart, cause: unknown): NodeError {
    if (cause instanceof NodeError) return cause
    const layer = this.deps.layers.get(claim[part].layer)?.name ?? String(claim[part].layer)
    if (cause instanceof DaError)
      return new NodeError({ code: 'DATA_UNAVAILABLE', claim: number, part, layer, fault: cause.fault }, { cause })
    if (cause instanceof CodecError)
      return new NodeError({ code: 'DATA_UNDECODABLE', claim: number, part, layer, fault: cause.fault }, { cause })
    throw cause
  }
}
