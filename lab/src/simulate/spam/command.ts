import type { Context } from '../../context.ts'
import { startSimulatedChain } from '../chain/simulated-chain.ts'
import { accountsOf, regimes as allRegimes } from './market.ts'
import { presets, quick } from './presets.ts'
import { checksOf, reportOf } from './report.ts'
import { type RegimeReport, runSpam } from './run.ts'
import { spamPage } from './spam-page.ts'
import { writeReport } from './write-report.ts'

/** When the simulated chains begin, in seconds since 1970, whatever the day. */
const genesisTimestamp = 1_800_000_000n

/** Runs the simulation; prints its report, or writes report and page and prints where they are. @returns 0 if every check holds, 1 otherwise. */
export async function simulateSpam({ config, clock, log, out, err, signal }: Context): Promise<number> {
  const isQuick = config.bench.quick
  const preset = isQuick ? quick(presets[config.simulate.fees]) : presets[config.simulate.fees]
  const seed = config.load.seed ?? 1n
  const chainOptions = { accounts: accountsOf(preset), genesisTimestamp, gasPrice: preset.gasPrice }
  const startChain = () => startSimulatedChain({ clock, log }, chainOptions, signal)
  const regimes = await runSpam({ log, startChain }, { preset, seed, regimes: allRegimes }, signal)
  const report = reportOf(preset, seed, isQuick, regimes)
  await writeReport({ config, out }, report, () => spamPage({ preset, seed, quick: isQuick }, regimes))
  const failed = Object.entries(checksOf(regimes.at(-1) as RegimeReport)).filter(([, holds]) => !holds)
  for (const [check] of failed) err.write(`does not hold: ${check}\n`)
  return failed.length === 0 ? 0 : 1
}
