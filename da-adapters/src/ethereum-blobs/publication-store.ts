import type { AbstractLevel } from 'abstract-level'
import { reasonOf, refused, unavailable } from '../fault.ts'
import { blobsLayer } from './layer.ts'
import { decodePublication, encodePublication, type Publication } from './publication.ts'

/** Any abstract-level store of the caller's; writes ask for `sync`, which LevelDB honours. */
export type BlobStore = AbstractLevel<string | Buffer | Uint8Array>

/** What is needed to send a publication again; kept until it is settled. */
export interface PublicationPayload {
  readonly data: Uint8Array
  /** 48 bytes for each blob. */
  readonly commitments: Uint8Array
  /** 128 times 48 bytes for each blob. */
  readonly cellProofs: Uint8Array
}

/** Remembers publications across crashes: what is sent was here first. */
export interface PublicationStore {
  /** Ties the store to one chain and account. @throws {DaError} `DA_REFUSED` when it belongs to another. */
  bind(identity: string): Promise<void>
  /** One above the highest nonce ever used; 0 when none was. */
  nextNonce(): Promise<number>
  load(key: string): Promise<Publication | undefined>
  payload(key: string): Promise<PublicationPayload>
  /** Publications that are not settled, in the order of their nonces. */
  unsettled(): Promise<Publication[]>
  /** Stores a new publication, its bytes and the nonce it uses, all or nothing. */
  add(publication: Publication, payload: PublicationPayload): Promise<void>
  /** Stores what changed of a publication that is not settled. */
  update(publication: Publication): Promise<void>
  /** Forgets one that was given up and its bytes, in favour of what used its nonce up, where that is ours. */
  replace(publication: Publication, by: Publication | undefined): Promise<void>
  /** The publication needs no more care: its bytes go, its pointer stays until `prune`. */
  settle(publication: Publication): Promise<void>
  /** The settled publication that was included last. */
  lastSettled(): Promise<Publication | undefined>
  /** Nonces from this one on are free again. */
  rewind(nonce: number): Promise<void>
  /** Forgets at most `limit` settled publications of blocks before `timestamp` (seconds). */
  prune(timestamp: bigint, limit: number): Promise<void>
}

/** Not a fresh literal where it is used: the abstract type does not name LevelDB's `sync`. */
const durable = { keyEncoding: 'utf8', sync: true }

const text = { valueEncoding: 'utf8' } as const
const bytes = { valueEncoding: 'view' } as const

export function createPublicationStore(store: BlobStore): PublicationStore {
  const meta = store.sublevel<string, string>('meta', text)
  const publications = store.sublevel<string, string>('publication', text)
  const open = store.sublevel<string, string>('unsettled', text)
  const byTime = store.sublevel<string, string>('settled', text)
  const data = store.sublevel<string, Uint8Array>('data', bytes)
  const commitments = store.sublevel<string, Uint8Array>('commitments', bytes)
  const cellProofs = store.sublevel<string, Uint8Array>('proofs', bytes)

  async function load(key: string): Promise<Publication | undefined> {
    const found = await disk(() => publications.get(key))
    return found === undefined ? undefined : decode(key, found)
  }

  async function nextNonce(): Promise<number> {
    const found = await disk(() => meta.get('nextNonce'))
    return found === undefined ? 0 : Number(found)
  }

  async function write(fill: (batch: ReturnType<BlobStore['batch']>) => void): Promise<void> {
    await disk(async () => {
      const batch = store.batch()
      fill(batch)
      await batch.write(durable)
    })
  }

  return {
    load,
    nextNonce,
    async bind(identity) {
      const found = await disk(() => meta.get('identity'))
      if (found === undefined) return disk(() => meta.put('identity', identity, durable))
      const cure = 'a new key starts over an empty data directory, once nothing of the old one is on its way'
      if (found !== identity) throw refused(blobsLayer, `the store belongs to ${found}, not to ${identity}: ${cure}`)
    },
    async payload(key) {
      const parts = await Promise.all([
        disk(() => data.get(key)),
        disk(() => commitments.get(key)),
        disk(() => cellProofs.get(key)),
      ])
      const [bytes, points, proofs] = parts
      if (bytes === undefined || points === undefined || proofs === undefined)
        throw unavailable(blobsLayer, `the store has lost the bytes of publication ${key}`)
      return { data: bytes, commitments: points, cellProofs: proofs }
    },
    async unsettled() {
      const found: Publication[] = []
      for (const key of await disk(() => open.keys().all())) {
        const publication = await load(key)
        if (publication === undefined || publication.attempts.length === 0)
          throw unavailable(blobsLayer, `the store has lost the transaction of publication ${key}`)
        found.push(publication)
      }
      return found.sort((a, b) => a.nonce - b.nonce)
    },
    async add(publication, payload) {
      const { key } = publication
      const next = Math.max(await nextNonce(), publication.nonce + 1)
      await write((batch) =>
        batch
          .put(key, encodePublication(publication), { sublevel: publications })
          .put(key, '', { sublevel: open })
          .put(key, payload.data, { sublevel: data })
          .put(key, payload.commitments, { sublevel: commitments })
          .put(key, payload.cellProofs, { sublevel: cellProofs })
          .put('nextNonce', `${next}`, { sublevel: meta }),
      )
    },
    async update(publication) {
      const next = Math.max(await nextNonce(), publication.nonce + 1)
      await write((batch) =>
        batch
          .put(publication.key, encodePublication(publication), { sublevel: publications })
          .put('nextNonce', `${next}`, { sublevel: meta }),
      )
    },
    async replace({ key }, by) {
      await write((batch) => {
        batch
          .del(key, { sublevel: publications })
          .del(key, { sublevel: open })
          .del(key, { sublevel: data })
          .del(key, { sublevel: commitments })
          .del(key, { sublevel: cellProofs })
        if (by === undefined) return
        batch.put(by.key, encodePublication(by), { sublevel: publications }).put(by.key, '', { sublevel: open })
      })
    },
    async settle(publication) {
      const { key, inclusion } = publication
      const slim: Publication = { ...publication, attempts: [] }
      await write((batch) =>
        batch
          .put(key, encodePublication(slim), { sublevel: publications })
          .put(`${sortable(inclusion?.timestamp ?? 0n)}/${key}`, key, { sublevel: byTime })
          .del(key, { sublevel: open })
          .del(key, { sublevel: data })
          .del(key, { sublevel: commitments })
          .del(key, { sublevel: cellProofs }),
      )
    },
    async lastSettled() {
      const [last] = await disk(() => byTime.iterator({ reverse: true, limit: 1 }).all())
      return last === undefined ? undefined : load(last[1])
    },
    rewind: (nonce) => disk(() => meta.put('nextNonce', `${nonce}`, durable)),
    async prune(timestamp, limit) {
      const expired = await disk(() => byTime.iterator({ lt: sortable(timestamp), limit }).all())
      if (expired.length === 0) return
      const forgotten = new Set<string>()
      for (const [, key] of expired) {
        const inclusion = (await load(key))?.inclusion
        // Otherwise it was published anew since, and has or will have a later entry of its own.
        if (inclusion !== undefined && inclusion.timestamp < timestamp) forgotten.add(key)
      }
      await write((batch) => {
        for (const [index] of expired) batch.del(index, { sublevel: byTime })
        for (const key of forgotten) batch.del(key, { sublevel: publications })
      })
    },
  }
}

function decode(key: string, found: string): Publication {
  try {
    return decodePublication(key, found)
  } catch (error) {
    throw unavailable(blobsLayer, `the store holds no readable publication ${key}: ${reasonOf(error)}`, error)
  }
}

async function disk<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (error) {
    throw unavailable(blobsLayer, `the store does not answer: ${reasonOf(error)}`, error)
  }
}

/** Decimal digits that sort as the numbers do. */
function sortable(seconds: bigint): string {
  return seconds.toString().padStart(16, '0')
}
