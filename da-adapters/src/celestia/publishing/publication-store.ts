import type { AbstractLevel } from 'abstract-level'
import { reasonOf, refused, unavailable } from '../../fault.ts'
import { celestiaLayer } from '../layer.ts'
import { decodePublication, type Publication } from './publication.ts'

/** Any abstract-level store of the caller's; writes ask for `sync`, which LevelDB honours. */
export type CelestiaStore = AbstractLevel<string | Buffer | Uint8Array>

/** Remembers publications across crashes: what is sent was here first. */
export interface PublicationStore {
  /** Ties the store to one network and namespace. @throws {DaError} `DA_REFUSED` when it belongs to another. */
  bind(identity: string): Promise<void>
  load(key: string): Promise<Publication | undefined>
  save(key: string, publication: Publication): Promise<void>
  /** Forgets at most `limit` publications that did not change since `at` (milliseconds since 1970). */
  prune(at: number, limit: number): Promise<void>
}

/** `sync`: what a publication's next step rests on must be on disk. */
const durable = { keyEncoding: 'utf8', sync: true }

const timeDigits = 16

export function createPublicationStore(store: CelestiaStore): PublicationStore {
  const strings = { keyEncoding: 'utf8', valueEncoding: 'utf8' } as const
  const publications = store.sublevel<string, string>('publications', strings)
  const byTime = store.sublevel<string, string>('byTime', strings)
  const meta = store.sublevel<string, string>('meta', strings)
  const timeKey = (at: number, key: string): string => `${`${at}`.padStart(timeDigits, '0')}/${key}`

  async function load(key: string): Promise<Publication | undefined> {
    const found = await disk(() => publications.get(key))
    if (found === undefined) return undefined
    try {
      return decodePublication(found)
    } catch (error) {
      throw unavailable(celestiaLayer, `the store holds no readable publication ${key}: ${reasonOf(error)}`, error)
    }
  }

  return {
    load,
    async bind(identity) {
      const found = await disk(() => meta.get('identity'))
      if (found === undefined) return disk(() => meta.put('identity', identity, durable))
      if (found !== identity)
        throw refused(celestiaLayer, `the store belongs to ${found}, not to ${identity}: start over an empty directory`)
    },
    async save(key, publication) {
      const before = await load(key)
      await disk(async () => {
        const batch = store.batch()
        if (before !== undefined) batch.del(timeKey(before.at, key), { sublevel: byTime })
        batch.put(key, JSON.stringify(publication), { sublevel: publications })
        batch.put(timeKey(publication.at, key), key, { sublevel: byTime })
        await batch.write(durable)
      })
    },
    async prune(at, limit) {
      const expired = await disk(() => byTime.iterator({ lt: timeKey(at, ''), limit }).all())
      if (expired.length === 0) return
      await disk(async () => {
        const batch = store.batch()
        for (const [index, key] of expired) batch.del(index, { sublevel: byTime }).del(key, { sublevel: publications })
        await batch.write(durable)
      })
    },
  }
}

async function disk<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (error) {
    throw unavailable(celestiaLayer, `the store does not answer: ${reasonOf(error)}`, error)
  }
}
