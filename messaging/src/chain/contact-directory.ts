import { type ContactEntry, getBundle, keyName, type L2Client } from '@parley/client'
import { type Bytes20, type Bytes32, type Millis, toHex } from '@parley/protocol/light'
import { type Address, bytesToHex, hexToBytes } from 'viem'
import { messagingLimits } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'
import type { Directory, DirectoryAnswer } from '../ports/directory.ts'

/** Names of the attributes that a device has in its identity's bundle. */
export const installationName: string = keyName({ algorithm: 'Ed25519', use: 'installation' })
export const fallbackName: string = keyName({ algorithm: 'X25519', use: 'fallback' })

/** Key of whoever filters invites for the identity, by which heads alone are opened. @see docs/spec/pds.md#scopes */
export const headKeyName = 'did/pub/X25519/pds/hex'
/** Keys of that kind that an identity may have. */
const headKeysAtMost = 4

/** The contract of contacts as the engine sees it. What was read holds for ten minutes, unless it is read afresh. */
export class ContactDirectory implements Directory {
  private readonly client: L2Client
  private readonly directory: Address
  private readonly clock: Pick<Clock, 'now'>
  private readonly known = new Map<string, DirectoryAnswer>()
  private readonly heads = new Map<string, readonly Bytes32[]>()

  constructor(client: L2Client, directory: Address, clock: Pick<Clock, 'now'>) {
    this.client = client
    this.directory = directory
    this.clock = clock
  }

  /** Keys to which heads of invites to an identity are sealed, too, as read lately. */
  async headKeys(identity: Bytes20, signal: AbortSignal): Promise<readonly Bytes32[]> {
    await this.installations(identity, signal)
    return this.heads.get(toHex(identity)) ?? []
  }

  async installations(identity: Bytes20, signal: AbortSignal, notBefore?: Millis): Promise<DirectoryAnswer> {
    const known = this.known.get(toHex(identity))
    const oldest = notBefore ?? this.clock.now() - BigInt(messagingLimits.directoryMs)
    return known !== undefined && known.seenAt >= oldest ? known : this.read(identity, signal)
  }

  /** Reads an identity's keys, whatever is known of them, and whether it is registered. */
  async read(identity: Bytes20, signal: AbortSignal): Promise<DirectoryAnswer & { readonly registered: boolean }> {
    signal.throwIfAborted()
    const seenAt = this.clock.now()
    const { entries, registeredAt } = await getBundle(this.client, {
      directory: this.directory,
      identity: bytesToHex(identity),
    })
    signal.throwIfAborted()
    const inForce = entries.filter(({ validTo }) => validTo * 1_000n > seenAt)
    const answer = { installations: keys(inForce, installationName), fallbacks: keys(inForce, fallbackName), seenAt }
    if (this.known.size >= messagingLimits.identities) {
      this.known.clear()
      this.heads.clear()
    }
    this.known.set(toHex(identity), answer)
    this.heads.set(toHex(identity), keys(inForce, headKeyName).slice(0, headKeysAtMost))
    return { ...answer, registered: registeredAt !== undefined }
  }
}

/** Keys of one kind; what has another length is no key. */
function keys(entries: readonly ContactEntry[], wanted: string): readonly Bytes32[] {
  return entries.flatMap(({ name, value }) => {
    const key = name === wanted ? hexToBytes(value) : undefined
    return key?.length === 32 ? [key] : []
  })
}
