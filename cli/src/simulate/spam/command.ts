import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { renderPage } from '../../page/index.ts'
import type { Context } from '../../process/context.ts'
import { startSimulatedChain } from '../chain/simulated-chain.ts'
import { accountsOf, regimes as allRegimes } from './market.ts'
import { presets, quick } from './presets.ts'
import { checksOf, reportOf } from './report.ts'
import { type RegimeReport, runSpam } from './run.ts'
import { spamPage } from './spam-page.ts'

/** When the simulated chains begin, in seconds since 1970, whatever the day. */
const genesisTimestamp = 1_800_000_000n

/** Runs the simulation, prints its report and writes its page. @returns 0 if every check holds, 1 otherwise. */
export async function simulateSpam({ config, clock, log, out, err, signal }: Context): Promise<number> {
  const isQuick = config.bench.quick
  const preset = isQuick ? quick(presets[config.simulate.fees]) : presets[config.simulate.fees]
  const seed = config.load.seed ?? 1n
  const chainOptions = { accounts: accountsOf(preset), genesisTimestamp, gasPrice: preset.gasPrice }
  const startChain = () => startSimulatedChain({ clock, log }, chainOptions, signal)
  const regimes = await runSpam({ log, startChain }, { preset, seed, regimes: allRegimes }, signal)
  const report = reportOf(preset, seed, isQuick, regimes)
  out.write(`${JSON.stringify(report, undefined, config.run.json ? undefined : 2)}\n`)
  if (config.run.out !== undefined) {
    await mkdir(config.run.out, { recursive: true })
    const path = join(config.run.out, 'index.html')
    await writeFile(path, renderPage(spamPage({ preset, seed, quick: isQuick }, regimes)))
    err.write(`page: ${path}\n`)
  }
  const failed = Object.entries(checksOf(regimes.at(-1) as RegimeReport)).filter(([, holds]) => !holds)
  for (const [check] of failed) err.write(`does not hold: ${check}\n`)
  return failed.length === 0 ? 0 : 1
}
