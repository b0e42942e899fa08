import { createNativeSigner } from '@parley/execution'
import { type DigestSigner, ownerAddress } from '@parley/protocol'
import type { Secret } from '../config/secret.ts'

/** The key of headers as this process has it itself. */
export function keyFrom(secret: Secret<Uint8Array>): DigestSigner {
  const { signRecoverable } = createNativeSigner()
  const own = secret.reveal()
  return { address: ownerAddress(own), sign: async (digest) => signRecoverable(own, digest) }
}
