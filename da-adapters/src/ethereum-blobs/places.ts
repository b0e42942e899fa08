import { endpointOf } from '@parley/http'
import { type Clock, createSources, distinctNames } from '@parley/runtime'
import type { SlotAddressing } from './addressing.ts'
import { createBeacon } from './beacon.ts'
import { createBlobArchive } from './blob-archive.ts'
import { createL1, type L1 } from './l1.ts'
import { createL1Sources } from './l1-sources.ts'

/** Where the L1 and who serves its blobs are; as the adapter's options have it. */
export interface BlobPlaces {
  readonly beaconUrls: readonly string[]
  readonly archiveUrls?: readonly string[]
  readonly slots?: SlotAddressing
}

/** @throws {RangeError} when there is none; {TypeError} for what is no URL. */
export function openL1(urls: readonly string[], clock: Clock, timeoutMs: number): L1 {
  if (urls.length === 0) throw new RangeError('rpcUrls is empty')
  const names = namesOf(urls)
  const list = urls.map((url, i) => ({ name: names[i] ?? url, l1: createL1({ url, timeoutMs }) }))
  return createL1Sources(list, createSources(list, clock))
}

/** Whoever serves blobs, in the order of the options. */
export function openServers(options: BlobPlaces, clock: Clock, timeoutMs: number) {
  const { beaconUrls, archiveUrls = [], slots = 'beacon' } = options
  if (beaconUrls.length === 0) throw new RangeError('beaconUrls is empty')
  const mayCountBlocks = slots === 'block-number'
  const urls = [...beaconUrls, ...archiveUrls]
  const named = namesOf(urls).map((name, i) => ({ name, url: urls[i] ?? '', timeoutMs }))
  return {
    beacons: named.slice(0, beaconUrls.length).map((one) => createBeacon({ ...one, mayCountBlocks }, clock)),
    archives: named.slice(beaconUrls.length).map((one) => createBlobArchive(one, clock)),
  }
}

const namesOf = (urls: readonly string[]): string[] => distinctNames(urls.map((url) => endpointOf(url).shown))
