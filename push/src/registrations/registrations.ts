import { createHmac, randomBytes } from 'node:crypto'
import { type FeedPlace, pushRegistration } from '@parley/api'
import { Share } from '@parley/api/server'
import { toHex } from '@parley/protocol/light'
import { type BytesLevel, type BytesOperation, checksummed, durable, keyOf, unchecksummed } from '@parley/runtime/level'
import { PushError } from '../faults.ts'
import type { PushSettings } from '../options.ts'
import type { Registered } from '../targets/target.ts'
import { BucketIndex } from './bucket-index.ts'

interface Held {
  readonly registered: Registered
  /** Whose share it is of. */
  readonly owner: string
}

const prefix = 'registration/'
const begin = keyOf(prefix)
/** The byte behind a slash is a zero: behind all names. */
const end = keyOf('registration0')
const saltKey = keyOf('salt')
const saltBytes = 32
const ownerBytes = 8

/**
 * What devices registered, durably. Of the address that registered something a keyed digest is kept, with a key that
 * nobody else has: it counts, and says nothing.
 */
export class Registrations {
  private readonly held = new Map<string, Held>()
  private readonly index = new BucketIndex()
  private readonly share: Share
  private readonly db: BytesLevel
  private readonly salt: Uint8Array

  private constructor(db: BytesLevel, salt: Uint8Array, settings: PushSettings) {
    this.db = db
    this.salt = salt
    const { maxRegistrations: maximum, maxRegistrationsPerAddress: perSource } = settings
    this.share = new Share({ maximum, perSource })
  }

  /** @throws {PushError} `RECORD_INVALID`. */
  static async open(db: BytesLevel, settings: PushSettings): Promise<Registrations> {
    const registrations = new Registrations(db, await saltOf(db), settings)
    for await (const [key, value] of db.iterator({ gte: begin, lt: end })) {
      const name = toHex(key.subarray(prefix.length))
      const { owner, ...registered } = JSON.parse(textOf(key, value)) as { readonly owner: string }
      registrations.put(name, { owner, registered: pushRegistration.decode(registered, '') })
    }
    return registrations
  }

  get count(): number {
    return this.held.size
  }

  get(name: string): Registered | undefined {
    return this.held.get(name)?.registered
  }

  names(): IterableIterator<string> {
    return this.held.keys()
  }

  /** Who is to be woken for a conversation. */
  of(place: FeedPlace): Iterable<string> {
    return this.index.of(place)
  }

  /** @throws {PushError} `REGISTRATIONS_FULL` when a new one of this address finds no room. */
  assertRoom(name: string, address: string): void {
    const { maximum, perSource } = this.share.bounds
    if (this.held.has(name) || !this.share.full(this.ownerOf(address))) return
    const isAll = this.share.total >= maximum
    throw new PushError({
      code: 'REGISTRATIONS_FULL',
      of: isAll ? 'all addresses' : 'this address',
      maximum: isAll ? maximum : perSource,
    })
  }

  /** Keeps a registration in place of the one before. @throws {PushError} `REGISTRATIONS_FULL`. */
  async keep(name: string, registered: Registered, address: string): Promise<void> {
    this.assertRoom(name, address)
    const owner = this.held.get(name)?.owner ?? this.ownerOf(address)
    const key = keyFor(name)
    this.put(name, { registered, owner })
    const text = JSON.stringify({ ...(pushRegistration.encode(registered) as object), owner })
    await this.write({ type: 'put', key, value: checksummed(key, new TextEncoder().encode(text)) })
  }

  async remove(name: string): Promise<void> {
    if (!this.drop(name)) return
    await this.write({ type: 'del', key: keyFor(name) })
  }

  /** Removes what has expired. */
  async expire(now: bigint): Promise<void> {
    for (const [name, { registered }] of this.held) if (registered.expires <= now) await this.remove(name)
  }

  private put(name: string, held: Held): void {
    this.drop(name)
    this.held.set(name, held)
    this.share.add(held.owner, 1)
    this.index.add(name, held.registered.buckets)
  }

  private drop(name: string): boolean {
    const held = this.held.get(name)
    if (held === undefined) return false
    this.held.delete(name)
    this.share.give(held.owner)
    this.index.remove(name, held.registered.buckets)
    return true
  }

  private ownerOf(address: string): string {
    return createHmac('sha256', this.salt)
      .update(address)
      .digest('hex')
      .slice(0, 2 * ownerBytes)
  }

  private write(operation: BytesOperation): Promise<void> {
    return this.db.batch([operation], durable)
  }
}

const keyFor = (name: string): Uint8Array => Buffer.concat([begin, Buffer.from(name.slice(2), 'hex')])

async function saltOf(db: BytesLevel): Promise<Uint8Array> {
  const stored = await db.get(saltKey)
  if (stored !== undefined) return Buffer.from(textOf(saltKey, stored), 'hex')
  const salt = randomBytes(saltBytes)
  const value = checksummed(saltKey, new TextEncoder().encode(salt.toString('hex')))
  await db.batch([{ type: 'put', key: saltKey, value }], durable)
  return salt
}

/** @throws {PushError} `RECORD_INVALID`. */
function textOf(key: Uint8Array, value: Uint8Array): string {
  const content = unchecksummed(key, value)
  if (content === undefined)
    throw new PushError({ code: 'RECORD_INVALID', record: toHex(key), reason: 'the checksum does not hold' })
  return new TextDecoder().decode(content)
}
