import { type Invite, type InvitePage, watchInvites } from '@parley/client'
import { toHex } from '@parley/protocol'
import { backoffMs, pause } from '@parley/runtime'
import { type BytesOperation, durable, lazy } from '@parley/runtime/level'
import { bytesToHex, hexToBytes } from 'viem'
import type { PdsDeps } from '../deps.ts'
import { numberKey } from '../state/table.ts'
import type { Tables } from '../state/tables.ts'
import type { User, Users } from '../state/users.ts'
import type { Mirror } from './mirror.ts'

export interface InboxesDeps extends Pick<PdsDeps, 'client' | 'contracts' | 'clock' | 'log'> {
  readonly tables: Tables
  readonly users: Users
  readonly mirror: Mirror
  /** Told once a page of invites is stored. */
  readonly onInvites: () => void
}

const backoff = { firstBackoffMs: 500, maxBackoffMs: 30_000 }
/** Milliseconds that one user's look adds between two of all: the L2 is asked so often at most. */
const spreadMs = 20

/** Follows every user's public inbox on the L2. */
export class Inboxes {
  private readonly deps: InboxesDeps
  private readonly everyMs: number
  private readonly stops = new Map<string, AbortController>()
  private readonly running = new Set<Promise<void>>()

  constructor(deps: InboxesDeps, everyMs: number) {
    this.deps = deps
    this.everyMs = everyMs
  }

  /** Follows a user's inbox, unless it is followed. */
  add({ identity }: User): void {
    const name = toHex(identity)
    if (this.stops.has(name)) return
    const stop = new AbortController()
    this.stops.set(name, stop)
    const run = this.follow(identity, stop.signal).finally(() => this.running.delete(run))
    this.running.add(run)
  }

  remove(identity: Uint8Array): void {
    const name = toHex(identity)
    this.stops.get(name)?.abort()
    this.stops.delete(name)
  }

  async close(): Promise<void> {
    for (const stop of this.stops.values()) stop.abort()
    await Promise.all(this.running)
  }

  private async follow(identity: Uint8Array, signal: AbortSignal): Promise<void> {
    const { client, contracts, clock, log, users } = this.deps
    let failures = 0
    while (!signal.aborted) {
      const cursor = users.find(identity)?.standing?.cursor
      try {
        const pages = watchInvites(client, {
          inbox: contracts.inbox,
          recipient: bytesToHex(identity),
          deploymentBlock: contracts.inboxBlock,
          ...(cursor !== undefined && { cursor }),
          pollMs: Math.max(this.everyMs, users.count * spreadMs),
          signal,
          clock,
        })
        for await (const page of pages) {
          await this.take(identity, page)
          failures = 0
        }
      } catch (error) {
        if (signal.aborted) return
        log.warn({ err: error, identity: toHex(identity) }, 'an inbox cannot be followed now')
      }
      await pause(clock, backoffMs(failures, backoff), signal)
      failures += 1
    }
  }

  /** One page, in one write. */
  private async take(identity: Uint8Array, { voidFrom, invites, cursor, count, head, at }: InvitePage): Promise<void> {
    const { tables, users, mirror, onInvites } = this.deps
    const user = users.find(identity)
    if (user === undefined) return
    const before = user.standing?.count ?? 0n
    const gone: BytesOperation[] = []
    for (let sequence = voidFrom ?? before; sequence < before; sequence += 1n)
      gone.push(
        tables.invites.delete([identity, numberKey(sequence)]),
        tables.unjudged.delete([identity, numberKey(sequence)]),
      )
    const standing = { cursor, count, head: hexToBytes(head), l2Number: at.blockNumber, l2Hash: at.blockHash }
    const rows = invites.flatMap((invite) => [
      tables.invites.put([identity, numberKey(invite.sequence)], rowOf(invite)),
      tables.unjudged.put([identity, numberKey(invite.sequence)], { mark: true }),
      mirror.wanted(hexToBytes(invite.contentDigest)),
    ])
    const stored = { ...standing, cursor: new TextEncoder().encode(cursor) }
    // Where nothing came and nothing went, a crash costs no more than another look.
    const isQuiet = gone.length + rows.length === 0
    await tables.db.batch([...gone, ...rows, tables.standings.put([identity], stored)], isQuiet ? lazy : durable)
    user.standing = standing
    if (invites.length === 0) return
    mirror.look()
    onInvites()
  }
}

const zeros = new Uint8Array(32)

function rowOf({ contentDigest, sender, quote, head }: Invite) {
  return {
    contentDigest: hexToBytes(contentDigest),
    sender: hexToBytes(sender),
    fee: quote.fee,
    muted: quote.standing === 'muted',
    head: hexToBytes(head),
    hidden: 0,
    scope: 0n,
    opened: new Uint8Array(20),
    l2Number: 0n,
    l2Hash: zeros,
    listed: false,
    surcharge: 0,
    stake: 0n,
  }
}
