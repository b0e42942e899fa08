import { ownerAddress, signDigestRecoverable } from '@parley/protocol'
import type { HeaderSigner } from '../../src/index.ts'
import { sequencerSecret } from './world.ts'

export const signer: HeaderSigner = {
  address: ownerAddress(sequencerSecret),
  sign: async (digest) => signDigestRecoverable(sequencerSecret, digest),
}
