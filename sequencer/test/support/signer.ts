import { type Bytes32, ownerAddress, signDigestRecoverable } from '@parley/protocol'
import type { HeaderSigner } from '../../src/index.ts'
import { sequencerSecret } from './world.ts'

export const signer = {
  address: ownerAddress(sequencerSecret),
  sign: async (digest: Bytes32) => signDigestRecoverable(sequencerSecret, digest),
} satisfies HeaderSigner
