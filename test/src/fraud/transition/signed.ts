import type { Signature } from '@parley/protocol'
import type { Random } from '../../fuzz/random.ts'
import { isSomebody } from '../random-shard.ts'

export interface Signed {
  readonly signatures: Signature[]
  /** Whether all were made by whoever must, and none was spoilt since. */
  readonly hold: boolean
}

interface Signing {
  /** Key or owner that must have signed. */
  readonly name: Uint8Array | undefined
  /** Undefined where there is nothing to sign. */
  sign(): Signature | undefined
}

/** Signs, and spoils a signature of every eighth list. */
export function signedBy(random: Random, signings: readonly Signing[]): Signed {
  const made = signings.map(({ name, sign }) => ({ signature: sign(), is: isSomebody(name) }))
  const signatures = made.map(({ signature }) => signature ?? new Uint8Array(64))
  const spoilt = signatures.length > 0 && random.below(8) === 0
  if (spoilt) {
    const at = random.pick(signatures)
    const byte = random.below(64)
    at[byte] = at[byte]! ^ (1 << random.below(8))
  }
  return { signatures, hold: !spoilt && made.every(({ signature, is }) => is && signature !== undefined) }
}
