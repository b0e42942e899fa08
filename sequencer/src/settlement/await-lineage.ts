import { CodedError, sameBytes } from '@parley/protocol'
import { InboxFollower, type InboxFollowerDeps } from './inbox-follower.ts'

/**
 * Follows the L2 until the lineage known from safe blocks is the one in force: nothing may be signed in a lineage that is
 * over, for whoever went on in the next one may have signed other headers in it. While rescues make the claims nothing may be
 * signed either.
 * @param actedOn - Removals that the L2 must not take back.
 * @throws {SequencerError} as the follower does. @throws {SettlementError} when the L2 does not answer.
 */
export async function awaitLineage(deps: InboxFollowerDeps, actedOn: number, signal: AbortSignal): Promise<void> {
  const { settlement, store, config, log } = deps
  let toldRescue = false
  const agrees = async (): Promise<boolean> => {
    const [{ inRescue, resumesAt }, lineage] = await Promise.all([
      settlement.silence(signal),
      settlement.lineage(signal),
    ])
    if (inRescue && !toldRescue)
      log.error(
        { resumesAt },
        'IN RESCUE: this chain was silent and others execute its inbox; nothing is taken or sealed until claims were resumed twice on the L2, with the notice in between',
      )
    toldRescue ||= inRescue
    return !inRescue && sameBytes(lineage, store.lineage(config.genesis.lineage))
  }
  let agreed = await agrees()
  if (!agreed) log.warn('the lineage on the L2 is not known from safe blocks: waiting for them')
  while (!agreed) {
    await followOnce(deps, actedOn, agrees, signal)
    agreed = await agrees()
  }
  if (toldRescue) log.warn('the rescue is over')
}

/** Follows until a removal was stored, or until the L2 went back to the lineage that is known. */
async function followOnce(
  deps: InboxFollowerDeps,
  actedOn: number,
  agrees: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  const ending = new AbortController()
  const inner = AbortSignal.any([signal, ending.signal])
  const moved = (): void => {
    agrees().then(
      (yes) => yes && ending.abort(),
      (error: unknown) => ending.abort(error),
    )
  }
  // Which items opened blocks consumed is not known yet: the replay compares them with those of the L2.
  const follower = new InboxFollower({ ...deps, moved }, { items: 0n, removals: actedOn })
  try {
    await follower.follow(inner)
  } catch (error) {
    if (!(error instanceof CodedError && error.fault.code === 'LINEAGE_CHANGED')) throw error
  }
  signal.throwIfAborted()
}
