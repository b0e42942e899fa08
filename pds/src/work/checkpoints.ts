import { sameBytes, toHex } from '@parley/protocol'
import { pause } from '@parley/runtime'
import { durable } from '@parley/runtime/level'
import type { PdsDeps } from '../deps.ts'
import { PdsError } from '../faults.ts'
import { type Checkpoint, checkpointDigest, decodeCheckpoint, encodeCheckpoint } from '../forms/checkpoint.ts'
import { type Signed, type SigningPlace, signBytes } from '../forms/signing.ts'
import type { Archive } from '../state/archive.ts'
import type { Places } from '../state/places.ts'
import { numberKey } from '../state/table.ts'
import type { Tables } from '../state/tables.ts'
import type { User, Users } from '../state/users.ts'

export interface CheckpointsDeps extends Pick<PdsDeps, 'key' | 'clock' | 'log'> {
  readonly place: SigningPlace
  readonly tables: Tables
  readonly users: Users
  readonly places: Places
  readonly archive: Pick<Archive, 'size'>
  /** @throws {PdsError} `PDS_BEHIND` when what is known of a user is old. */
  readonly assertFresh: (user: User) => void
  readonly onCheckpoint: () => void
}

const zeros = new Uint8Array(32)
const longestLookMs = 30_000

/** Signs every day, for each user, what there is, in a chain that cannot be changed behind. */
export class Checkpoints {
  private readonly deps: CheckpointsDeps

  constructor(deps: CheckpointsDeps) {
    this.deps = deps
  }

  async run(everyMs: number, signal: AbortSignal): Promise<void> {
    const { clock, log, users } = this.deps
    while (!signal.aborted) {
      for (const user of users) {
        try {
          await this.makeDue(user, everyMs)
        } catch (error) {
          if (signal.aborted) return
          if (error instanceof PdsError && error.fault.code === 'PDS_BEHIND') continue
          log.warn({ err: error, identity: toHex(user.identity) }, 'a checkpoint cannot be made now')
        }
      }
      await pause(clock, Math.min(everyMs / 4, longestLookMs), signal)
    }
  }

  /** The newest one of a user. @throws {PdsError} `CHECKPOINT_NONE`. */
  async latest({ identity }: User): Promise<Signed & { readonly number: bigint }> {
    const found = await this.find(identity)
    if (found === undefined) throw new PdsError({ code: 'CHECKPOINT_NONE', identity })
    return found
  }

  private async find(identity: Uint8Array) {
    // The newest stands first: keys count down.
    for await (const { rest, value } of this.deps.tables.checkpoints.rows([identity], { limit: 1 })) {
      const number = last - new DataView(rest.buffer, rest.byteOffset, 8).getBigUint64(0)
      return { ...value, number }
    }
    return undefined
  }

  private async makeDue(user: User, everyMs: number): Promise<void> {
    const { tables, clock, key, place, assertFresh, onCheckpoint } = this.deps
    const { identity } = user
    const now = BigInt(Math.floor(clock.now()))
    const found = await this.find(identity)
    const before = found === undefined ? undefined : decodeCheckpoint(found.bytes)
    if (before !== undefined && before.scope === user.scope.number && now < before.createdAt + BigInt(everyMs)) return
    assertFresh(user)
    const previous = found === undefined ? zeros : checkpointDigest(found.bytes)
    const number = (before?.number ?? 0n) + 1n
    const bytes = encodeCheckpoint(await this.of(user, { number, previous, createdAt: now }))
    const signed = await signBytes(key, place, 'Checkpoint', bytes)
    await tables.db.batch([tables.checkpoints.put([identity, numberKey(last - number)], signed)], durable)
    onCheckpoint()
  }

  private async of(
    { identity, scope, scopeDigest, standing }: User,
    made: Pick<Checkpoint, 'number' | 'previous' | 'createdAt'>,
  ): Promise<Checkpoint> {
    const { place, places, archive } = this.deps
    const { segments } = await archive.size(identity)
    return {
      ...place,
      identity,
      ...made,
      scope: scope.number,
      scopeDigest,
      l2Number: standing?.l2Number ?? 0n,
      l2Hash: standing?.l2Hash ?? zeros,
      invites: standing?.count ?? 0n,
      invitesHead: standing?.head ?? zeros,
      conversations: scope.conversations.map(({ shard, index, id }) => {
        const known = places.find({ shard, index })
        const final = known !== undefined && sameBytes(known.id, id) ? known.final : undefined
        return {
          shard,
          index,
          finalMessages: final?.messages ?? 0n,
          finalChanges: final?.changes ?? 0n,
          finalHead: final?.head ?? zeros,
        }
      }),
      segments,
    }
  }
}

const last = 2n ** 64n - 1n
