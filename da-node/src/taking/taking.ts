import { attestationDigest, type CommitteeInstance, chunkRoot } from '@parley/da-adapters/committee'
import { sameBytes, toHex } from '@parley/protocol'
import { Turns } from '@parley/runtime'
import type { L2View } from '../chain/l2-view.ts'
import { DaNodeError } from '../faults.ts'
import type { PartStore } from '../store/part-store.ts'
import type { Granted } from './authorities.ts'
import type { CheckForm } from './part-form.ts'
import type { Room } from './room.ts'

/** The member's key. */
export interface MemberKey {
  /** 20 bytes. */
  readonly address: Uint8Array
  /** @returns 64 bytes, as EIP-2098 has them. */
  sign(digest: Uint8Array): Promise<Uint8Array>
}

export interface TakingDeps {
  readonly instance: CommitteeInstance
  readonly key: MemberKey
  readonly l2: L2View
  readonly store: PartStore
  readonly room: Room
  readonly checkForm: CheckForm
}

/** Parts whose root is computed at once: some 20 ms a MiB, in which nobody else is heard. */
const hashedAtOnce = 1

/** Stores what claimers ask for, and signs for what is stored. */
export class Taking {
  private readonly deps: TakingDeps
  private readonly hashing = new Turns(hashedAtOnce)

  constructor(deps: TakingDeps) {
    this.deps = deps
  }

  /**
   * Keeps room for a body of this length, before it is read. Nothing is kept for what is there already.
   * @returns what gives the room back.
   * @throws {DaNodeError} `PART_OTHER`, `CLAIMER_QUOTA`, `DISK_FULL`; {RequestError} `NOT_READY`.
   */
  async expect({ authority, claimer }: Granted, bytes: number): Promise<() => void> {
    const { store, room, l2 } = this.deps
    const named = authority.parts.filter(({ length }) => length === bytes)
    if (named.length === 0) throw new DaNodeError({ code: 'PART_OTHER', received: new Uint8Array(0), bytes })
    const kept = await Promise.all(named.map((part) => store.keeps(part.chunkRoot, part.length, authority.expiresAt)))
    return kept.every(Boolean) ? () => undefined : room.reserve(claimer, bytes, l2.time())
  }

  /**
   * Stores a part that the authority names; durable once it resolves.
   * @returns its chunk root.
   * @throws {DaNodeError} `PART_OTHER`, `PART_MALFORMED`, `PART_LENGTH_OTHER`; {RequestError} `NOT_READY`.
   */
  async take({ authority, claimer }: Granted, bytes: Uint8Array, signal: AbortSignal) {
    const { store, l2, checkForm } = this.deps
    const root = await this.hashing.take(async () => chunkRoot(bytes), signal)
    const named = authority.parts.some((part) => part.length === bytes.length && sameBytes(part.chunkRoot, root))
    if (!named) throw new DaNodeError({ code: 'PART_OTHER', received: root, bytes: bytes.length })
    checkForm(bytes)
    const outcome = await store.put(
      { chunkRoot: root, bytes, claimer, expiresAt: authority.expiresAt },
      l2.time(),
      signal,
    )
    return { chunkRoot: root, outcome }
  }

  /**
   * Signs that the parts are stored until then: only once they are, and once a record says what is signed.
   * @returns 64 bytes.
   * @throws {DaNodeError} `PART_NOT_STORED`, `EPOCH_OTHER`, `COMMITTEE_WITHOUT`; {RequestError} `NOT_READY`.
   */
  async attest({ authority }: Granted): Promise<Uint8Array> {
    const { store, l2, key, instance } = this.deps
    const { epoch, expiresAt, parts } = authority
    for (const { chunkRoot, length } of parts)
      if (!(await store.keeps(chunkRoot, length, expiresAt)))
        throw new DaNodeError({ code: 'PART_NOT_STORED', chunkRoot })
    const digest = attestationDigest(instance, { epoch, expiresAt, parts })
    const named = parts.map(({ chunkRoot, length }) => `${toHex(chunkRoot)}:${length}`).join(',')
    await store.noteAttestation(digest, expiresAt, `${epoch} ${expiresAt} ${l2.time()} ${named}`)
    // The epoch may have ended while the disk was waited for.
    l2.epoch(epoch)
    return key.sign(digest)
  }
}
