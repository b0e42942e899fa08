import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import type { Bytes20 } from '@parley/protocol/light'
import type { InstallationKeys } from '../mls/leaf.ts'

/** Random bytes, from the system's source unless a test gives another. */
export type Random = (length: number) => Uint8Array

export const systemRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length))

/** All keys of a device. */
export interface OwnInstallation extends InstallationKeys {
  /** X25519: opens what is sealed to the device. */
  readonly fallback: { readonly secret: Uint8Array; readonly key: Uint8Array }
}

/** Keys for a new device. */
export function createInstallation(identity: Bytes20, random: Random): OwnInstallation {
  const signing = random(32)
  const fallback = random(32)
  return {
    identity,
    signing: { secret: signing, key: ed25519.getPublicKey(signing) },
    fallback: { secret: fallback, key: x25519.getPublicKey(fallback) },
  }
}
