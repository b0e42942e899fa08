import { type BatchColumns, type Bytes32, CodecError, codecLimits, decodeBatchColumns } from '@parley/protocol'
import type { BackoffOptions, Clock } from '@parley/runtime'
import type { ServedParts } from '../answers/claim.ts'
import type { EncodedParts } from '../archive/batch-archive.ts'
import type { PartSources } from '../archive/part-sources.ts'
import type { BatchPart, NodeError } from '../faults.ts'
import type { ClaimRecord } from '../l2/l2-records.ts'
import { PartFetch } from './part-fetch.ts'

/** The two parts of a claim as they were served; not yet compared with the claim's roots. */
export interface FetchedBatch {
  readonly core: BatchColumns
  /** Decoded in the shape of the core once that is known to be the right one. */
  readonly witness: Uint8Array
  readonly encoded: EncodedParts
}

export interface BatchFetcherDeps {
  readonly sources: PartSources
  readonly clock: Clock
  /** Told when everybody was asked for a part in vain, before the wait. */
  readonly onFault: (record: ClaimRecord, fault: NodeError, waitMs: number) => void
  readonly onFetched: (part: BatchPart, source: string, bytes: number, tookMs: number) => void
}

interface Fetch {
  readonly core: PartFetch<BatchColumns>
  readonly witness: PartFetch<Uint8Array>
  readonly controller: AbortController
}

const hex = (bytes: Bytes32): string => Buffer.from(bytes).toString('hex')

/** A witness takes its shape from the core, which may come later: until then no more is kept than one can have. */
function withinBound(bytes: Uint8Array): Uint8Array {
  const maximum = codecLimits.maxPartBytes
  if (bytes.length <= maximum) return bytes
  throw new CodecError({ code: 'CODEC_BOUND', part: 'witness', field: 'part', received: bytes.length, maximum })
}

/** Fetches batches, several ahead, and never gives up on one that is wanted: missing data is neither absent nor valid. */
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
  async get(record: ClaimRecord): Promise<FetchedBatch> {
    const fetch = this.wanted(record)
    const [core, witness] = await Promise.all([fetch.core.served, fetch.witness.served])
    return { core: core.value, witness: witness.value, encoded: { core: core.bytes, witness: witness.bytes } }
  }

  /** Who served a part of a wanted batch. */
  sourceOf(record: ClaimRecord, part: BatchPart): string {
    return this.wanted(record)[part].source
  }

  /** What was served of a wanted batch led to what was claimed. */
  accept(record: ClaimRecord): void {
    const { core, witness } = this.wanted(record)
    core.accept()
    witness.accept()
  }

  /** What was served of a part is not what was claimed: it is fetched from the next source. */
  refuse(record: ClaimRecord, part: BatchPart, fault: NodeError): void {
    this.wanted(record)[part].refuse(fault)
  }

  /** Why a wanted batch is not there yet, if there is a reason. */
  faultOf(record: ClaimRecord): NodeError | undefined {
    const { core, witness } = this.wanted(record)
    return core.fault ?? witness.fault
  }

  /** What was served last of a wanted batch, whatever it is worth. */
  served(record: ClaimRecord): ServedParts {
    const { core, witness } = this.wanted(record)
    return { core: core.last, witness: witness.last }
  }

  private wanted(record: ClaimRecord): Fetch {
    const fetch = this.fetches.get(hex(record.hash))
    if (fetch === undefined) throw new TypeError(`claim ${record.claim.number} is not wanted`)
    return fetch
  }

  private begin(record: ClaimRecord, signal: AbortSignal): void {
    const controller = new AbortController()
    const either = AbortSignal.any([signal, controller.signal])
    const part = <T>(part: BatchPart, decode: (bytes: Uint8Array) => T): PartFetch<T> => {
      const { onFault, onFetched } = this.deps
      const deps = {
        ...this.deps,
        onFault: (fault: NodeError, waitMs: number) => onFault(record, fault, waitMs),
        onFetched: (source: string, bytes: number, tookMs: number) => onFetched(part, source, bytes, tookMs),
      }
      return new PartFetch(deps, { claim: record.claim, part }, decode, this.backoff, either)
    }
    const core = part('core', decodeBatchColumns)
    const witness = part('witness', withinBound)
    this.fetches.set(hex(record.hash), { core, witness, controller })
  }
}
