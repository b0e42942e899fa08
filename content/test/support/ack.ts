import { generateKeyPairSync, sign } from 'node:crypto'
import type { Bytes32 } from '@parley/protocol'
import { ackCommitment, ackedBytes } from '../../src/index.ts'

/** A reader with an ack key of its own. */
export interface Reader {
  readonly ackKey: Bytes32
  commitment(digest: Bytes32): Bytes32
  sign(digest: Bytes32): Uint8Array
}

export function newReader(): Reader {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const ackKey = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32))
  return {
    ackKey,
    commitment: (digest) => ackCommitment(ackKey, digest),
    sign: (digest) => new Uint8Array(sign(undefined, ackedBytes(digest), privateKey)),
  }
}
