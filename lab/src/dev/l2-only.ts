import { Closing } from '@parley/cli/roles'
import { deployPhases, type Phase } from '@parley/infra'
import type { Context } from '../context.ts'
import { devnetDefaults, startDevnet } from '../devnet/devnet.ts'
import { devDeployment } from '../stack/stack.ts'
import { goThroughL2 } from './go-through.ts'
import { goThroughVote } from './go-through-treasury.ts'
import type { L2Report } from './l2-report.ts'

/** Goes through contacts, invites and treasury on chains of their own: nothing is sent that a sequencer were needed for. */
export async function goThroughAlone({ clock, log, signal }: Context, besides: readonly Phase[]): Promise<L2Report> {
  const closing = new Closing()
  try {
    // A block for each transaction: nobody waits for blocks, and the time that votes take can be passed over.
    const l2 = { ...devnetDefaults.l2, mining: { kind: 'automine' } } as const
    const devnet = await startDevnet({ clock, log }, { ...devnetDefaults, l2 }, signal)
    closing.add(() => devnet.stop())
    const record = await deployPhases({ log }, { ...devDeployment(devnet), phases: new Set(besides) })
    const { url } = devnet.l2
    const { users, deployer, pricePusher } = devnet.roles
    const options = {
      url,
      record,
      asked: new Set(besides),
      users: users.map(({ secret }) => secret),
      deployer: deployer.secret,
      operator: pricePusher.secret,
      treasury: goThroughVote.bind(undefined, url, record),
    }
    return await goThroughL2(clock, options, signal)
  } finally {
    await closing.close()
  }
}
