import { type Bytes20, type Bytes32, millis, sameBytes } from '@parley/protocol/light'
import { messagingLimits } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'
import type { Directory } from '../ports/directory.ts'

/**
 * Whether the directory has a device for an identity. One that it lacked when it was asked earlier may be new, so it is asked again,
 * every few seconds at most.
 */
export async function isInForce(
  { directory, clock }: { readonly directory: Directory; readonly clock: Pick<Clock, 'now'> },
  identity: Bytes20,
  installation: Bytes32,
  signal: AbortSignal,
): Promise<boolean> {
  const isNamed = (key: Bytes32): boolean => sameBytes(key, installation)
  if ((await directory.installations(identity, signal)).installations.some(isNamed)) return true
  const now = clock.now()
  const lately = now > BigInt(messagingLimits.directoryAgainMs) ? now - BigInt(messagingLimits.directoryAgainMs) : 0n
  return (await directory.installations(identity, signal, millis(lately))).installations.some(isNamed)
}
