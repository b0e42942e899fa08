import { x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { MessagingError } from '@parley/messaging'
import { type InviteHead, openInviteHead } from '@parley/messaging/serving'
import type { Bytes20, Bytes32 } from '@parley/protocol'
import type { PdsDeps } from '../deps.ts'
import type { SigningPlace } from '../forms/signing.ts'
import type { OpenHead } from './judging.ts'

const headInfo = new TextEncoder().encode('parley/pds/head/1')

export interface InviteHeadsDeps extends Pick<PdsDeps, 'secret'> {
  readonly place: SigningPlace
  /** Whether the directory has a device of an identity. */
  readonly isInstallation: (identity: Bytes20, key: Bytes32, signal: AbortSignal) => Promise<boolean>
}

/** Opens heads of invites, each user's by a key of its own. */
export class InviteHeads {
  private readonly deps: InviteHeadsDeps

  constructor(deps: InviteHeadsDeps) {
    this.deps = deps
  }

  /** The key that a user puts into the directory so that invites’ heads are sealed to it. */
  keyFor(identity: Bytes20): Bytes32 {
    return x25519.getPublicKey(this.secretFor(identity))
  }

  /** Who invites, by a head that is sealed to the service's key for this user, and by a device that the directory has. */
  readonly open: OpenHead = async ({ identity }, envelope, signal) => {
    const to = { ...this.deps.place, recipient: identity }
    let head: InviteHead | undefined
    try {
      head = await openInviteHead(envelope, to, this.secretFor(identity))
    } catch (error) {
      if (error instanceof MessagingError) return undefined
      throw error
    }
    if (head === undefined) return undefined
    return (await this.deps.isInstallation(head.sender, head.senderKey, signal)) ? head.sender : undefined
  }

  private secretFor(identity: Bytes20): Uint8Array {
    return hkdf(sha256, this.deps.secret, identity, headInfo, 32)
  }
}
