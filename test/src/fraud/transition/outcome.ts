import { type Bytes32, type SignatureVerifier, TransitionError, type TransitionFault } from '@parley/protocol'

/** Takes every signature for a good one: proofs of execution leave signatures aside. */
export const credulous: SignatureVerifier = { name: 'credulous', verifyMember: () => true, verifyOwner: () => true }

/** What one party made of a segment: the root after it, or why it is invalid. */
export interface Outcome {
  readonly code: string | undefined
  readonly root: Bytes32 | undefined
}

/** What the reference made of it. */
export interface Expected extends Outcome {
  readonly fault?: TransitionFault
}

/** @param apply - gives the root; @throws {TransitionError} where the segment is invalid. */
export function expectedOf(apply: () => Bytes32): Expected {
  try {
    return { code: undefined, root: apply() }
  } catch (error) {
    if (error instanceof TransitionError) return { code: error.fault.code, fault: error.fault, root: undefined }
    throw error
  }
}

export const textOf = ({ code, root }: Outcome): string =>
  `${code ?? 'valid'} ${root === undefined ? 'without root' : Buffer.from(root).toString('hex')}`

export function assertSame(who: string, expected: Outcome, received: Outcome): void {
  if (textOf(expected) !== textOf(received))
    throw new Error(`${who} says ${textOf(received)} instead of ${textOf(expected)}`)
}
