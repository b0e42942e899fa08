import type { BatchClaim } from '@parley/protocol'
import { bytesToHex } from 'viem'
import { claimHash } from '../claims/convert.ts'
import type { RollupError } from './refusal.ts'

/** Whether an error says that `claim` no longer stands; one that is final does. */
export function isGone(claim: BatchClaim): (error: RollupError) => boolean {
  const hash = bytesToHex(claimHash(claim))
  return ({ errorName, args }) => {
    if (errorName === 'Rollup_NotContestable') return args[0] === claim.number && args[0] > args[2]
    return errorName === 'Rollup_AnotherClaim' && args[0] === claim.number && args[1] === hash
  }
}
