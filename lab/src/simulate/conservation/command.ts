import { plain } from '@parley/cli'
import type { Context } from '../../context.ts'
import { startSimulatedChain } from '../chain/simulated-chain.ts'
import { conservationAccounts } from './open-world.ts'
import { runConservation } from './run.ts'

/** When the simulated chain begins, in seconds since 1970, whatever the day. */
const genesisTimestamp = 1_800_000_000n
const gasPrice = 10n ** 9n

/** Runs it on a chain of its own and prints the report. @returns 0 if chain and books agree to the end, 1 otherwise. */
export async function simulateConservation({ config, clock, log, out, err, signal }: Context): Promise<number> {
  const chain = await startSimulatedChain(
    { clock, log },
    { accounts: conservationAccounts, genesisTimestamp, gasPrice },
    signal,
  )
  try {
    const options = { seed: config.load.seed ?? 1n, actions: config.simulate.actions }
    const report = await runConservation({ chain, log }, options, signal)
    out.write(`${JSON.stringify(plain(report), undefined, config.run.json ? undefined : 2)}\n`)
    if (report.ok) return 0
    const { steps } = report.parted as NonNullable<typeof report.parted>
    err.write(`chain and books part with seed ${report.seed} at step ${steps[0]}\n`)
    return 1
  } finally {
    await chain.stop()
  }
}
