import type { DaReceipt } from '@parley/protocol'
import { type Clock, raceAbort } from '@parley/runtime'
import { unavailable } from '../../fault.ts'
import { createLifetime } from '../../lifetime.ts'
import { sha256 } from '../../sha256.ts'
import { celestiaLayer } from '../layer.ts'
import { encodeCelestiaPointer } from '../pointer.ts'
import { chunksOf } from './chunks.ts'
import type { PublicationStore } from './publication-store.ts'
import type { Submitter } from './submitter.ts'

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
  publish(data: Uint8Array, signal: AbortSignal): Promise<DaReceipt>
  close(): void
}

/** One publication under way in this process; all who asked for the same bytes wait for it. */
interface Job {
  readonly result: Promise<DaReceipt>
  readonly abandoned: AbortController
  callers: number
}

/** Expired records forgotten with each publication: more than one, so that none pile up. */
const prunedAtOnce = 8

export function createPublisher({ store, submitter, clock }: PublisherDeps, options: PublisherOptions): Publisher {
  const { namespace, chain, maxBlobBytes, retentionSeconds, maxPending, confirmTimeoutMs } = options
  const lifetime = createLifetime(celestiaLayer)
  const jobs = new Map<string, Job>()
  const expiredBefore = () => clock.now() - retentionSeconds * 1000

  async function run(key: string, data: Uint8Array, signal: AbortSignal): Promise<DaReceipt> {
    const known = await store.load(key)
    if (known?.included !== undefined && known.at >= expiredBefore()) {
      const { height, pointer, fee } = known.included
      return { pointer: Uint8Array.from(Buffer.from(pointer, 'hex')), height: BigInt(height), costWei: BigInt(fee) }
    }
    // What nodes keep no more is of no use, whether it was included or not: it is not looked for.
    if (known !== undefined && known.at < expiredBefore())
      await store.save(key, { version: 1, blobs: known.blobs, at: clock.now() })
    await store.prune(expiredBefore(), prunedAtOnce)
    const chunks = chunksOf(data, namespace, maxBlobBytes)
    const { height, dataRoot, fee } = await submitter.include(key, chunks, signal)
    const blobs = chunks.map(({ data: part, commitment }) => ({ commitment, length: part.length }))
    const pointer = encodeCelestiaPointer({ chain, height, namespace, blobs, dataRoot, digest: sha256(data) })
    await store.save(key, {
      version: 1,
      at: clock.now(),
      blobs: blobs.map(({ commitment, length }) => ({ commitment: Buffer.from(commitment).toString('hex'), length })),
      included: { height: `${height}`, pointer: Buffer.from(pointer).toString('hex'), fee: `${fee}` },
    })
    return { pointer, height, costWei: fee }
  }

  /** What is not done in time goes on with the next `submit`, from what is stored. */
  async function withinTime(key: string, data: Uint8Array, signal: AbortSignal): Promise<DaReceipt> {
    const over = new AbortController()
    const late = new AbortController()
    const timer = clock.sleep(confirmTimeoutMs, AbortSignal.any([signal, over.signal])).then(
      () =>
        late.abort(unavailable(celestiaLayer, `not included within ${confirmTimeoutMs} ms; the next try looks for it`)),
      // It was done in time, or given up.
      () => undefined,
    )
    try {
      return await run(key, data, AbortSignal.any([signal, late.signal]))
    } finally {
      over.abort()
      await timer
    }
  }

  function begin(key: string, data: Uint8Array): Job {
    if (jobs.size >= maxPending) throw unavailable(celestiaLayer, `${jobs.size} publications are under way`)
    const abandoned = new AbortController()
    const result = withinTime(key, data, AbortSignal.any([abandoned.signal, lifetime.signal]))
    // Callers see it unless all of them gave up.
    result.catch(() => undefined)
    const job: Job = { result, abandoned, callers: 0 }
    jobs.set(key, job)
    return job
  }

  return {
    async publish(data, signal) {
      const during = lifetime.during(signal)
      const key = Buffer.from(sha256(data)).toString('hex')
      const job = jobs.get(key) ?? begin(key, Uint8Array.from(data))
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
    close: () => lifetime.end(),
  }
}
