import type { Bytes32 } from '@parley/protocol'
import { SignerError } from './faults.ts'

/** Rules beside those that always hold. */
export interface SignerRules {
  /** The only lineage in which anything is signed; all that the L2 has told of when left out. */
  readonly lineage?: Bytes32 | undefined
  /** Headers a second in the long run. Default 16: a chain seals four at most. */
  readonly perSecond: number
  /** Headers at once after a pause. Default 256. */
  readonly burst: number
}

/** Default, minimum and maximum of each number. */
export const signerBounds = {
  perSecond: [16, 1, 10_000],
  burst: [256, 1, 100_000],
} as const

/** Fills in defaults and checks every bound. @throws {SignerError} `OPTION_INVALID` naming the option. */
export function rulesOf({ lineage, ...given }: Partial<SignerRules>): SignerRules {
  const numbers = {
    perSecond: given.perSecond ?? signerBounds.perSecond[0],
    burst: given.burst ?? signerBounds.burst[0],
  }
  for (const [option, [, minimum, maximum]] of Object.entries(signerBounds)) {
    const value = numbers[option as keyof typeof numbers]
    if (Number.isSafeInteger(value) && value >= minimum && value <= maximum) continue
    const expected = `an integer of ${minimum} to ${maximum}`
    throw new SignerError({ code: 'OPTION_INVALID', option, value: String(value), expected })
  }
  return { lineage, ...numbers }
}
