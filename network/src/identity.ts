import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { NetworkError } from './faults.ts'

/** Makes the key that a peer is known by: Ed25519, in libp2p's form. */
export async function createIdentity(): Promise<Uint8Array> {
  return privateKeyToProtobuf(await generateKeyPair('Ed25519'))
}

/** @throws {NetworkError} `IDENTITY_INVALID`. */
export function readIdentity(bytes: Uint8Array): PrivateKey {
  let key: PrivateKey
  try {
    key = privateKeyFromProtobuf(bytes)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new NetworkError({ code: 'IDENTITY_INVALID', reason }, { cause: error })
  }
  if (key.type === 'Ed25519') return key
  throw new NetworkError({ code: 'IDENTITY_INVALID', reason: `a key of ${key.type} where Ed25519 is meant` })
}

/** The name that others know a key by: 12D3KooW… */
export const peerIdOf = (identity: Uint8Array): string => peerIdFromPrivateKey(readIdentity(identity)).toString()
