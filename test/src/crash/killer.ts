import type { RandomStream, RoleName, Stack } from '@parley/lab'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'

export interface KillerDeps {
  readonly stack: Stack
  readonly random: RandomStream
  readonly clock: Clock
  readonly log: Logger
  /** Called when a process is there again, before the next is killed. */
  readonly onRestart: (role: RoleName) => Promise<void>
  /** Kills the sequencer and tries older copies of what it keeps; it runs again afterwards. Left out, only kills. */
  readonly onRestore?: () => Promise<void>
  /** Awaited before each kill, which may come up to `longestLifeMs` later. */
  readonly onMoment?: () => Promise<void>
  /** Told who is killed. */
  readonly onKill?: (role: RoleName) => void
}

const victims: readonly RoleName[] = ['sequencer', 'batcher', 'node']

/** Each so many moments are about older copies: 16 of 50. */
const restoreEvery = 3

/** Milliseconds from one restart to the next kill, and from a kill to the restart, at most. */
const longestLifeMs = 3_000
const longestDeathMs = 500

/** Ends processes by SIGKILL, one at a time, at moments that follow from the seed, and starts each again. */
export async function killRepeatedly(deps: KillerDeps, moments: number, signal: AbortSignal): Promise<void> {
  const { stack, random, clock, log } = deps
  for (let moment = 1; moment <= moments; moment += 1) {
    await deps.onMoment?.()
    await clock.sleep(random.below(longestLifeMs), signal)
    if (moment % restoreEvery === 0 && deps.onRestore !== undefined) {
      await deps.onRestore()
      continue
    }
    const role = victims[random.below(victims.length)] as RoleName
    deps.onKill?.(role)
    await stack.roles.kill(role)
    log.info({ moment, role }, 'killed')
    await clock.sleep(random.below(longestDeathMs), signal)
    await stack.roles.restart(role)
    await deps.onRestart(role)
  }
}
