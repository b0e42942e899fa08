import type { Bytes32, SignatureVerifier } from '@parley/protocol'

/** Takes every signature for a good one: proofs of execution leave signatures aside. */
export const credulous: SignatureVerifier = { name: 'credulous', verifyMember: () => true, verifyOwner: () => true }

/** What one party made of a segment: the root after it, or why it is invalid. */
export interface Outcome {
  readonly code: string | undefined
  readonly root: Bytes32 | undefined
}

export function assertSame(who: string, expected: Outcome, received: Outcome): void {
  const text = ({ code, root }: Outcome): string =>
    `${code ?? 'valid'} ${root === undefined ? 'without root' : Buffer.from(root).toString('hex')}`
  if (text(expected) !== text(received)) throw new Error(`${who} says ${text(received)} instead of ${text(expected)}`)
}
