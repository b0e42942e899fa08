import { sameBytes } from '@parley/protocol'
import { InboxFollower, type InboxFollowerDeps } from './inbox-follower.ts'

export interface LineageDeps extends InboxFollowerDeps {
  /** Told why it waits, each time that changes. */
  readonly waits: (because: string) => void
}

/**
 * Follows the L2 until the lineage known from safe blocks is the one in force: nothing may be signed in a lineage that is
 * over, for whoever went on in the next one may have signed other headers in it. While rescues make the claims nothing may be
 * signed either.
 * @param actedOn - Removals that the L2 must not take back.
 * @throws {SequencerError} as the follower does. @throws {SettlementError} when the L2 does not answer.
 */
export async function awaitLineage(deps: LineageDeps, actedOn: number, signal: AbortSignal): Promise<void> {
  const { settlement, store, config, log, waits } = deps
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
    const known = sameBytes(lineage, store.lineage(config.genesis.lineage))
    if (inRescue) waits(rescueUntil(resumesAt))
    else if (!known) waits('the L2 has begun another lineage, and its safe blocks do not tell of it yet')
    return !inRescue && known
  }
  let agreed = await agrees()
  if (!agreed) log.warn('the lineage on the L2 is not known from safe blocks: waiting for them')
  while (!agreed) {
    await followUntil(deps, actedOn, agrees, signal)
    agreed = await agrees()
  }
  if (toldRescue) log.warn('the rescue is over')
}

function rescueUntil(resumesAt: bigint): string {
  const ends = resumesAt === 0n ? '' : ` a second time, from L2 second ${resumesAt} on`
  return `the chain was silent and is in rescue: nothing is taken or sealed until claims are resumed${ends}`
}

/** Follows until the lineage known is the one in force. */
async function followUntil(
  deps: InboxFollowerDeps,
  actedOn: number,
  agrees: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  const ending = new AbortController()
  const moved = (): void => {
    agrees().then(
      (yes) => yes && ending.abort(),
      (error: unknown) => ending.abort(error),
    )
  }
  // Which items opened blocks consumed is not known yet: the replay compares them with those of the L2.
  const taken = { items: 0n, removals: actedOn, passesRemovals: true }
  await new InboxFollower({ ...deps, moved }, taken).follow(AbortSignal.any([signal, ending.signal]))
  signal.throwIfAborted()
}
