import { DaError } from '@parley/protocol'
import { type Clock, createSources } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { sourceAnswers } from '../source-answers.ts'
import type { Beacon } from './beacon.ts'
import type { Kzg } from './kzg.ts'
import { blobsLayer } from './layer.ts'
import type { BeaconBlock, BlobServer, ServedBlobs } from './served-blobs.ts'
import { versionedHash } from './versioned-hash.ts'

/** Why there is no blob. Of several servers the first kind in this order counts: what may still be there comes first. */
const absences = ['unavailable', 'not yet', 'corrupt', 'pruned', 'missing'] as const

export interface Absence {
  readonly absence: (typeof absences)[number]
  /** In words, by server. */
  readonly reason: string
}

/** A blob that has the versioned hash asked for, or why there is none. */
export type Found = { readonly blob: Uint8Array } | Absence

/** All who serve blobs, in the order in which they are asked. */
export interface BlobSources {
  /** Asks one after the other until one serves the blob; what it serves is checked before it counts. */
  find(block: BeaconBlock, hash: Uint8Array, signal: AbortSignal): Promise<Found>
  /** Asks every beacon node for the blob, those that are left out as well. */
  check(
    block: BeaconBlock,
    hash: Uint8Array,
    signal: AbortSignal,
  ): Promise<readonly { readonly source: string; readonly found: Found }[]>
  /** The slot at a time, as the first beacon node tells that does. @throws {DaError} `DA_UNAVAILABLE`. */
  slotAt: Beacon['slotAt']
}

export interface BlobSourcesDeps {
  readonly beacons: readonly Beacon[]
  /** Asked after all beacon nodes. */
  readonly archives: readonly BlobServer[]
  readonly kzg: Kzg
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
}

export interface BlobSourcesOptions {
  /** Seconds for which beacon nodes keep blobs. */
  readonly retentionSeconds: number
}

/** Blobs in a row that only an archive had although beacon nodes should, after which the log says so. */
const archiveOnlyToReport = 3

export function createBlobSources(deps: BlobSourcesDeps, { retentionSeconds }: BlobSourcesOptions): BlobSources {
  const { beacons, archives, kzg, clock, log, registry } = deps
  const sources = createSources<Beacon | BlobServer>([...beacons, ...archives], clock)
  const count = sourceAnswers(registry, blobsLayer)
  let archiveOnly = 0

  const isOld = ({ timestamp }: BeaconBlock) => timestamp < BigInt(Math.floor(clock.now() / 1000) - retentionSeconds)

  async function check(served: ServedBlobs, block: BeaconBlock, hash: Uint8Array, signal: AbortSignal): Promise<Found> {
    switch (served.kind) {
      case 'nonsense':
        return { absence: 'corrupt', reason: served.reason }
      case 'behind':
        return { absence: 'not yet', reason: 'has not come to the block yet' }
      case 'gone':
        return { absence: 'pruned', reason: 'says that it has it no more' }
      case 'not served':
        return { absence: isOld(block) ? 'pruned' : 'unavailable', reason: served.reason }
      case 'no block':
        return absent(block, 'does not know the block')
    }
    if (served.blobs.length === 0) return absent(block, 'does not have it')
    const seen: Uint8Array[] = []
    for (const blob of served.blobs) {
      // A copy costs the server nothing and would cost a commitment here.
      if (seen.some((other) => Buffer.compare(other, blob) === 0)) continue
      seen.push(blob)
      const commitment = await kzg.commitment(blob, signal)
      if (commitment !== undefined && Buffer.compare(versionedHash(commitment), hash) === 0) return { blob }
    }
    return { absence: 'corrupt', reason: 'served blobs of other versioned hashes' }
  }

  const absent = (block: BeaconBlock, reason: string): Absence => ({
    absence: isOld(block) ? 'pruned' : 'missing',
    reason,
  })

  /** Asks one, and counts what it answers against it or for it. */
  async function askOne(
    source: Beacon | BlobServer,
    block: BeaconBlock,
    hash: Uint8Array,
    signal: AbortSignal,
  ): Promise<Found> {
    let found: Found
    let pauseMs: number | undefined
    try {
      found = await check(await source.blobs(block, hash, signal), block, hash, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof DaError) || error.fault.code !== 'DA_UNAVAILABLE') throw error
      pauseMs = error.fault.retryAfterMs
      found = { absence: 'unavailable', reason: error.fault.reason }
    }
    const answer = 'blob' in found ? 'served' : found.absence
    count(source.name, answer.replace(' ', '_'))
    if (answer === 'unavailable' || answer === 'corrupt') sources.failed(source, pauseMs)
    else sources.succeeded(source)
    if ('absence' in found && answer === 'corrupt')
      log.warn({ source: source.name, block: block.id, reason: found.reason }, 'a source served what is not the blob')
    return found
  }

  function reportArchive(source: Beacon | BlobServer, block: BeaconBlock): void {
    if (!archives.includes(source) || isOld(block)) {
      archiveOnly = 0
      return
    }
    archiveOnly += 1
    if (archiveOnly === archiveOnlyToReport)
      log.error(
        { source: source.name, blobs: archiveOnly },
        'only an archive has blobs that no beacon node of l1.beaconUrl serves',
      )
  }

  return {
    async find(block, hash, signal) {
      const { asked, leftOut } = sources.turn()
      const none: Absence[] = leftOut.map((reason) => ({ absence: 'unavailable', reason }))
      for (const source of asked) {
        const found = await askOne(source, block, hash, signal)
        if ('blob' in found) {
          reportArchive(source, block)
          return found
        }
        none.push({ ...found, reason: named(source.name, found.reason) })
      }
      return worst(none)
    },
    check: (block, hash, signal) =>
      Promise.all(
        beacons.map(async (beacon) => ({
          source: beacon.name,
          found: await askOne(beacon, block, hash, signal),
        })),
      ),
    async slotAt(timestamp, signal) {
      let failure: unknown
      let untold = false
      for (const source of sources.turn().asked) {
        if (!('slotAt' in source)) continue
        try {
          const slot = await source.slotAt(timestamp, signal)
          if (slot !== undefined) return slot
          untold = true
        } catch (error) {
          signal.throwIfAborted()
          failure ??= error
          // The next one may tell: the slot is the same for all.
          if (!(error instanceof DaError)) throw error
        }
      }
      if (failure !== undefined && !untold) throw failure
      return undefined
    },
  }
}

const named = (name: string, reason: string): string => (reason.startsWith(name) ? reason : `${name}: ${reason}`)

/** What all servers together say: none is `missing` while one of them could not be asked. */
function worst(all: readonly Absence[]): Absence {
  for (const absence of absences) {
    const reasons = all.filter((one) => one.absence === absence).map(({ reason }) => reason)
    if (reasons.length > 0) return { absence, reason: reasons.join('; ') }
  }
  return { absence: 'unavailable', reason: 'nobody is configured who serves blobs' }
}
