import type { DaAmount, DaEnding, DaReceipt } from '@parley/protocol'
import { type Clock, raceAbort } from '@parley/runtime'
import { ended, utia } from '../../amounts.ts'
import { unavailable } from '../../fault.ts'
import { createLifetime } from '../../lifetime.ts'
import { sha256 } from '../../sha256.ts'
import { celestiaLayer } from '../layer.ts'
import { encodeCelestiaPointer } from '../pointer.ts'
import { chunksOf } from './chunks.ts'
import { type BlobOf, blobOf, type Included, remembered } from './publication.ts'
import type { PublicationStore } from './publication-store.ts'
import type { Place, Submitter } from './submitter.ts'

export interface PublisherDeps {
  readonly store: PublicationStore
  readonly submitter: Submitter
  readonly clock: Clock
}

export interface PublisherOptions {
  readonly namespace: Uint8Array
  /** First 4 bytes of the SHA-256 of the network's chain id. */
  readonly chain: Uint8Array
  readonly maxBlobBytes: number
  readonly retentionSeconds: number
  /** Publications under way at most. */
  readonly maxPending: number
  /** Milliseconds for one publication, looking included. */
  readonly confirmTimeoutMs: number
}

/** Publishes bytes, the same bytes once. */
export interface Publisher {
  publish(data: Uint8Array, maxCost: DaAmount | undefined, signal: AbortSignal): Promise<DaReceipt>
  /** Looks for what was sent until it cannot be included any more. */
  abandon(digest: Uint8Array, signal: AbortSignal): Promise<DaEnding>
  close(): void
}

/** One publication under way in this process; all who asked for the same bytes wait for it. */
interface Job {
  readonly result: Promise<DaReceipt>
  /** Resolves when it has ended, however. */
  readonly over: Promise<unknown>
  readonly abandoned: AbortController
  callers: number
}

function receiptOf({ height, pointer, fee }: Included): DaReceipt {
  return { pointer: Uint8Array.from(Buffer.from(pointer, 'hex')), height: BigInt(height), cost: utia(BigInt(fee)) }
}

/** Expired records forgotten with each publication: more than one, so that none pile up. */
const prunedAtOnce = 8

export function createPublisher({ store, submitter, clock }: PublisherDeps, options: PublisherOptions): Publisher {
  const { namespace, chain, maxBlobBytes, retentionSeconds, maxPending, confirmTimeoutMs } = options
  const lifetime = createLifetime(celestiaLayer)
  const jobs = new Map<string, Job>()
  /** Those that are being abandoned: nothing of them may be sent meanwhile. */
  const ending = new Set<string>()
  const expiredBefore = () => clock.now() - retentionSeconds * 1000

  /** Stores where a publication ended, and gives its receipt. */
  async function conclude(key: string, blobs: readonly BlobOf[], place: Place): Promise<DaReceipt> {
    const { height, dataRoot, fee } = place
    const digest = Uint8Array.from(Buffer.from(key, 'hex'))
    const pointer = encodeCelestiaPointer({ chain, height, namespace, blobs, dataRoot, digest })
    await store.save(key, {
      version: 1,
      at: clock.now(),
      blobs: blobs.map(remembered),
      included: { height: `${height}`, pointer: Buffer.from(pointer).toString('hex'), fee: `${fee}` },
    })
    return { pointer, height, cost: utia(fee) }
  }

  async function run(
    key: string,
    data: Uint8Array,
    maxCost: DaAmount | undefined,
    signal: AbortSignal,
  ): Promise<DaReceipt> {
    const known = await store.load(key)
    if (known?.included !== undefined && known.at >= expiredBefore()) return receiptOf(known.included)
    // What nodes keep no more is of no use, whether it was included or not: it is not looked for.
    if (known !== undefined && known.at < expiredBefore())
      await store.save(key, { version: 1, blobs: known.blobs, at: clock.now() })
    await store.prune(expiredBefore(), prunedAtOnce)
    const chunks = chunksOf(data, namespace, maxBlobBytes)
    const place = await submitter.include(key, chunks, maxCost, signal)
    const blobs = chunks.map(({ data: part, commitment }) => ({ commitment, length: part.length }))
    return conclude(key, blobs, place)
  }

  async function end(key: string, signal: AbortSignal): Promise<DaReceipt | undefined> {
    const job = jobs.get(key)
    if (job !== undefined) {
      jobs.delete(key)
      job.abandoned.abort(unavailable(celestiaLayer, 'the publication was abandoned'))
      await raceAbort(job.over, signal)
    }
    const known = await store.load(key)
    if (known === undefined || known.at < expiredBefore()) return undefined
    if (known.included !== undefined) return receiptOf(known.included)
    const blobs = known.blobs.map(blobOf)
    const place = await submitter.conclude(key, blobs, signal)
    return place && conclude(key, blobs, place)
  }

  /** What is not done in time goes on with the next `submit`, from what is stored. */
  async function withinTime(work: (signal: AbortSignal) => Promise<DaReceipt>, signal: AbortSignal) {
    const over = new AbortController()
    const late = new AbortController()
    const timer = clock.sleep(confirmTimeoutMs, AbortSignal.any([signal, over.signal])).then(
      () =>
        late.abort(unavailable(celestiaLayer, `not included within ${confirmTimeoutMs} ms; the next try looks for it`)),
      // It was done in time, or given up.
      () => undefined,
    )
    try {
      return await work(AbortSignal.any([signal, late.signal]))
    } finally {
      over.abort()
      await timer
    }
  }

  function begin(key: string, data: Uint8Array, maxCost: DaAmount | undefined): Job {
    if (ending.has(key)) throw unavailable(celestiaLayer, 'it is being abandoned')
    if (jobs.size >= maxPending) throw unavailable(celestiaLayer, `${jobs.size} publications are under way`)
    const abandoned = new AbortController()
    const result = withinTime(
      (inner) => run(key, data, maxCost, inner),
      AbortSignal.any([abandoned.signal, lifetime.signal]),
    )
    // Callers see it unless all of them gave up.
    const job: Job = { result, over: result.catch(() => undefined), abandoned, callers: 0 }
    jobs.set(key, job)
    return job
  }

  return {
    async publish(data, maxCost, signal) {
      const during = lifetime.during(signal)
      const key = Buffer.from(sha256(data)).toString('hex')
      const job = jobs.get(key) ?? begin(key, Uint8Array.from(data), maxCost)
      job.callers++
      try {
        const receipt = await raceAbort(job.result, during)
        return { ...receipt, pointer: receipt.pointer.slice() }
      } finally {
        job.callers--
        if (job.callers === 0) {
          if (jobs.get(key) === job) jobs.delete(key)
          job.abandoned.abort(unavailable(celestiaLayer, 'nobody waits for it any more'))
        }
      }
    },
    async abandon(digest, signal) {
      const during = lifetime.during(signal)
      const key = Buffer.from(digest).toString('hex')
      ending.add(key)
      try {
        const receipt = await end(key, during)
        return receipt === undefined ? ended : { ...ended, receipt }
      } finally {
        ending.delete(key)
      }
    },
    close: () => lifetime.end(),
  }
}
