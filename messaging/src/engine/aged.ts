import type { Millis } from '@parley/protocol/light'
import { messagingLimits } from '../limits.ts'
import type { Membership } from './state.ts'

/**
 * Whose keys are so old that a commit is due. A device renews its own after so many messages, or so much time in which it said
 * anything; an epoch ends after a month, whoever comes first.
 */
export function agedKeys(
  { began, renewed, said }: Membership,
  leaves: number,
  now: Millis,
): 'own' | 'epoch' | undefined {
  const { updateMessages, updateMs, updateMsEach, epochMs } = messagingLimits
  const patience = BigInt(leaves * updateMsEach > updateMs ? leaves * updateMsEach : updateMs)
  if (said >= updateMessages || (said > 0 && now >= renewed + patience)) return 'own'
  return began !== 0n && now >= began + BigInt(epochMs) ? 'epoch' : undefined
}
