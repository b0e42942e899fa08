import { createHash } from 'node:crypto'
import { type Clock, raceAbort, Turns } from '@parley/runtime'
import type { Logger } from 'pino'
import { unavailable } from '../fault.ts'
import { createLifetime } from '../lifetime.ts'
import { createDriverLoop } from './driver-loop.ts'
import type { Kzg } from './kzg.ts'
import type { Hex } from './l1.ts'
import { blobsLayer } from './layer.ts'
import { packBlobs } from './packing.ts'
import type { Inclusion, Publication } from './publication.ts'
import type { DriverEvents, PublicationDriver } from './publication-driver.ts'
import type { PublicationPayload, PublicationStore } from './publication-store.ts'
import { versionedHash } from './versioned-hash.ts'

export interface PublisherDeps {
  readonly store: PublicationStore
  readonly kzg: Kzg
  readonly clock: Clock
  readonly log: Logger
  readonly driver: (events: DriverEvents) => PublicationDriver
}

export interface PublisherOptions {
  readonly pollMs: number
  readonly confirmTimeoutMs: number
  readonly retentionSeconds: number
  /** Calls under way at most. */
  readonly maxJobs: number
}

export interface Published {
  readonly versionedHashes: readonly Hex[]
  readonly inclusion: Inclusion
}

/** Publishes bytes as blobs, each publication once, whatever crashes. */
export interface Publisher {
  publish(data: Uint8Array, signal: AbortSignal): Promise<Published>
  /** Whether a publication of these blobs is stored and not settled. */
  isUnderWay(versionedHashes: readonly Uint8Array[]): boolean
  close(): Promise<void>
}

/** One publication under way in this process; all who asked for the same bytes wait for it. */
interface Job {
  readonly result: Promise<Published>
  readonly abandoned: AbortController
  callers: number
}

/** Expired records forgotten with each publication: more than one, so that none pile up. */
const prunedAtOnce = 8

/** Takes up what the store holds unsettled and is then ready to publish. */
export async function createPublisher(deps: PublisherDeps, options: PublisherOptions): Promise<Publisher> {
  const { store, kzg, clock, log } = deps
  const lifetime = createLifetime(blobsLayer)
  /** Of whoever changes what is under way. */
  const turns = new Turns(1)
  const jobs = new Map<string, Job>()
  const waiting = new Map<string, PromiseWithResolvers<Published>>()
  const driver = deps.driver({
    confirmed: ({ key, versionedHashes }, inclusion) => waiting.get(key)?.resolve({ versionedHashes, inclusion }),
    rejected: (key, error) => waiting.get(key)?.reject(error),
  })
  const loop = createDriverLoop(
    {
      clock,
      log,
      step: (signal) => turns.take(() => driver.step(signal), signal),
      isDue: () => driver.unsettled() > 0,
    },
    { pollMs: options.pollMs, onFailing: rejectAll },
  )

  function rejectAll(error: unknown): void {
    for (const { reject } of waiting.values()) reject(error)
  }

  function expiredBefore(): bigint {
    return BigInt(Math.max(0, Math.floor(clock.now() / 1000) - options.retentionSeconds))
  }

  async function stored(key: string): Promise<Publication | undefined> {
    const found = await store.load(key)
    const timestamp = found?.inclusion?.timestamp
    // The L1 no longer serves it: finding it here would give a pointer to nothing.
    return timestamp !== undefined && timestamp < expiredBefore() ? undefined : found
  }

  async function run(key: string, data: Uint8Array, signal: AbortSignal): Promise<Published> {
    const confirmation = Promise.withResolvers<Published>()
    // Nobody may be waiting any more when the driver rejects it.
    confirmation.promise.catch(() => undefined)
    // Before the store is asked, so that a confirmation in between is not missed.
    waiting.set(key, confirmation)
    try {
      const found = await stored(key)
      if (found?.inclusion !== undefined) return { versionedHashes: found.versionedHashes, inclusion: found.inclusion }
      if (found === undefined) {
        const { versionedHashes, payload } = await prepare(kzg, data, signal)
        await turns.take(() => driver.add({ key, versionedHashes }, payload, expiredBefore(), signal), signal)
        loop.wake()
        await store.prune(expiredBefore(), prunedAtOnce)
      }
      loop.wake()
      return await withinTime(confirmation.promise, signal)
    } finally {
      if (waiting.get(key) === confirmation) waiting.delete(key)
    }
  }

  async function withinTime(confirmation: Promise<Published>, signal: AbortSignal): Promise<Published> {
    const { confirmTimeoutMs } = options
    const over = new AbortController()
    const expiry = clock.sleep(confirmTimeoutMs, AbortSignal.any([signal, over.signal])).then(() => {
      throw unavailable(blobsLayer, `not confirmed within ${confirmTimeoutMs} ms; it is still under way`)
    })
    try {
      return await Promise.race([confirmation, expiry])
    } finally {
      over.abort()
    }
  }

  function begin(key: string, data: Uint8Array): Job {
    if (jobs.size >= options.maxJobs) throw unavailable(blobsLayer, `${jobs.size} publications are under way`)
    const abandoned = new AbortController()
    const result = run(key, data, AbortSignal.any([abandoned.signal, lifetime.signal]))
    // Callers see it unless all of them gave up.
    result.catch(() => undefined)
    const job: Job = { result, abandoned, callers: 0 }
    jobs.set(key, job)
    return job
  }

  await driver.resume()
  loop.wake()
  return {
    async publish(data, signal) {
      const during = lifetime.during(signal)
      const key = createHash('sha256').update(data).digest('hex')
      const job = jobs.get(key) ?? begin(key, data.slice())
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
    isUnderWay: (versionedHashes) => driver.isUnderWay(versionedHashes.map(toHex)),
    async close() {
      lifetime.end()
      await loop.stop()
      // A transaction that is just being stored is stored whole before the caller closes the store.
      await turns.take(async () => undefined, new AbortController().signal)
    },
  }
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
