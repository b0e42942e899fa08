import { createHash } from 'node:crypto'
import { type Clock, raceAbort } from '@parley/runtime'
import { type Inclusion, TransactionError } from '@parley/transactions'
import { unavailable } from '../fault.ts'
import { createLifetime } from '../lifetime.ts'
import type { BlobSender } from './blob-sender.ts'
import type { Kzg } from './kzg.ts'
import type { Hex } from './l1.ts'
import { blobsLayer } from './layer.ts'
import { packBlobs } from './packing.ts'
import type { PublicationPayload, PublicationStore } from './publication-store.ts'
import { versionedHash } from './versioned-hash.ts'

export interface PublisherDeps {
  readonly store: PublicationStore
  readonly sender: BlobSender
  readonly kzg: Kzg
  readonly clock: Clock
  /** Seconds since 1970: what was included before is no longer served. */
  readonly expiredBefore: () => bigint
}

export interface PublisherOptions {
  readonly confirmTimeoutMs: number
  /** Calls under way at most. */
  readonly maxJobs: number
}

export interface Published {
  readonly versionedHashes: readonly Hex[]
  readonly inclusion: Inclusion
}

/** How a publication ended that was given up. */
export interface Ended {
  /** Left out when it never will be included. */
  readonly published?: Published
  /** What taking it back cost. */
  readonly costWei: bigint
}

/** Publishes bytes as blobs, each publication once, whatever crashes. */
export interface Publisher {
  /** @param mayBegin - Rejects when nothing new may be sent; what is under way or included is not asked about. */
  publish(data: Uint8Array, mayBegin: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<Published>
  /** Ends an attempt: its nonce is used up by a transaction that does nothing. */
  abandon(digest: Uint8Array, signal: AbortSignal): Promise<Ended>
  /** Whether a publication of these blobs is stored and not settled. */
  isUnderWay(versionedHashes: readonly Uint8Array[]): boolean
  close(): Promise<void>
}

/** One publication under way in this process; all who asked for the same bytes wait for it. */
interface Job {
  readonly result: Promise<Published>
  /** Resolves when it has ended, however. */
  readonly over: Promise<unknown>
  readonly abandoned: AbortController
  callers: number
}

type Wait = Awaited<ReturnType<BlobSender['begin']>>

/** Expired records forgotten with each publication: more than one, so that none pile up. */
const prunedAtOnce = 8

export function createPublisher(deps: PublisherDeps, options: PublisherOptions): Publisher {
  const { store, sender, kzg, clock, expiredBefore } = deps
  const lifetime = createLifetime(blobsLayer)
  const jobs = new Map<string, Job>()

  async function run(
    key: string,
    data: Uint8Array,
    mayBegin: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<Published> {
    const found = await sender.find(key, signal)
    if (found?.inclusion !== undefined) return { versionedHashes: found.versionedHashes, inclusion: found.inclusion }
    if (found === undefined) {
      await mayBegin(signal)
      await store.prune(expiredBefore(), prunedAtOnce)
    }
    const request = { key, ...(found ?? (await prepare(kzg, data, signal))) }
    const { sent, inclusion } = await withinTime(await sender.begin(request, signal), signal)
    return { versionedHashes: sent.versionedHashes, inclusion }
  }

  async function withinTime(wait: Wait, signal: AbortSignal): ReturnType<Wait> {
    const { confirmTimeoutMs } = options
    const over = new AbortController()
    const expiry = clock.sleep(confirmTimeoutMs, AbortSignal.any([signal, over.signal])).then(() => {
      throw unavailable(blobsLayer, `not confirmed within ${confirmTimeoutMs} ms; it is still under way`)
    })
    try {
      return await Promise.race([wait(signal), expiry])
    } finally {
      over.abort()
    }
  }

  function begin(key: string, data: Uint8Array, mayBegin: (signal: AbortSignal) => Promise<void>): Job {
    if (jobs.size >= options.maxJobs) throw unavailable(blobsLayer, `${jobs.size} publications are under way`)
    const abandoned = new AbortController()
    const result = run(key, data, mayBegin, AbortSignal.any([abandoned.signal, lifetime.signal])).catch(toDaError)
    // Callers see it unless all of them gave up.
    const job: Job = { result, over: result.catch(() => undefined), abandoned, callers: 0 }
    jobs.set(key, job)
    return job
  }

  return {
    async publish(data, mayBegin, signal) {
      const during = lifetime.during(signal)
      const key = createHash('sha256').update(data).digest('hex')
      const job = jobs.get(key) ?? begin(key, data.slice(), mayBegin)
      job.callers++
      try {
        return await raceAbort(job.result, during)
      } finally {
        job.callers--
        if (job.callers === 0) {
          if (jobs.get(key) === job) jobs.delete(key)
          job.abandoned.abort(unavailable(blobsLayer, 'nobody waits for it any more'))
        }
      }
    },
    async abandon(digest, signal) {
      const during = lifetime.during(signal)
      const key = Buffer.from(digest).toString('hex')
      const job = jobs.get(key)
      if (job !== undefined) {
        jobs.delete(key)
        job.abandoned.abort(unavailable(blobsLayer, 'the publication was abandoned'))
        await raceAbort(job.over, during)
      }
      const { confirmed, costWei } = await sender.abandon(key, during).catch(toDaError)
      if (confirmed === undefined) return { costWei }
      const { sent, inclusion } = confirmed
      return { published: { versionedHashes: sent.versionedHashes, inclusion }, costWei }
    },
    isUnderWay(versionedHashes) {
      const wanted = versionedHashes.map(toHex).join()
      return sender.unsettled().some((one) => one.versionedHashes.join() === wanted)
    },
    async close() {
      lifetime.end()
      await sender.close()
    },
  }
}

/** @throws {DaError} `DA_UNAVAILABLE` with the sender's fault in words; whatever else it is given. */
function toDaError(error: unknown): never {
  if (!(error instanceof TransactionError)) throw error
  const { fault } = error
  const refused = fault.code === 'TRANSACTION_REFUSED'
  const reason = refused ? `the L1 node refuses the transaction: ${fault.reason}` : error.message
  throw unavailable(blobsLayer, reason, error)
}

/** The blobs' commitments and proofs; some hundred milliseconds a blob. */
async function prepare(
  kzg: Kzg,
  data: Uint8Array,
  signal: AbortSignal,
): Promise<{ versionedHashes: Hex[]; payload: PublicationPayload }> {
  const computed = packBlobs(data).map((blob) =>
    Promise.all([kzg.commitment(blob, signal), kzg.cellProofs(blob, signal)]),
  )
  const commitments: Uint8Array[] = []
  const cellProofs: Uint8Array[] = []
  for (const [commitment, proofs] of await Promise.all(computed)) {
    if (commitment === undefined || proofs === undefined) throw new TypeError('packed bytes are no blob')
    commitments.push(commitment)
    cellProofs.push(proofs)
  }
  const versionedHashes = commitments.map((one) => toHex(versionedHash(one)))
  return {
    versionedHashes,
    payload: { data, commitments: Buffer.concat(commitments), cellProofs: Buffer.concat(cellProofs) },
  }
}

function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes).toString('hex')}`
}
