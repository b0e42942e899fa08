import { deployPhases, devnetDefaults, type Phase, startDevnet } from '@parley/infra'
import type { Context } from '../process/context.ts'
import { Closing } from '../role/closing.ts'
import { devDeployment } from '../stack/stack.ts'
import { goThroughL2 } from './go-through.ts'
import type { L2Report } from './l2-report.ts'

/** Goes through contacts and invites on chains of their own: nothing is sent that a sequencer were needed for. */
export async function goThroughAlone({ clock, log, signal }: Context, besides: readonly Phase[]): Promise<L2Report> {
  const closing = new Closing()
  try {
    // A block for each transaction: nobody waits for blocks, and nothing here needs their time to pass.
    const l2 = { ...devnetDefaults.l2, mining: { kind: 'automine' } } as const
    const devnet = await startDevnet({ clock, log }, { ...devnetDefaults, l2 }, signal)
    closing.add(() => devnet.stop())
    const record = await deployPhases({ log }, { ...devDeployment(devnet), phases: new Set(besides) })
    const users = devnet.roles.users.map(({ secret }) => secret)
    return await goThroughL2(clock, { url: devnet.l2.url, record, users }, signal)
  } finally {
    await closing.close()
  }
}
