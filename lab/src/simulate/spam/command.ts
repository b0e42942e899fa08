import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory } from '@parley/runtime/files'
import type { Context } from '../../context.ts'
import { renderPage } from '../../page/index.ts'
import { startSimulatedChain } from '../chain/simulated-chain.ts'
import { accountsOf, regimes as allRegimes } from './market.ts'
import { presets, quick } from './presets.ts'
import { checksOf, reportOf } from './report.ts'
import { type RegimeReport, runSpam } from './run.ts'
import { spamPage } from './spam-page.ts'

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
  const { out: directory, json } = config.run
  const text = (spaces?: number): string => `${JSON.stringify(report, undefined, spaces)}\n`
  if (directory === undefined || json) out.write(text(json ? undefined : 2))
  if (directory !== undefined) {
    const paths = { report: join(directory, 'report.json'), page: join(directory, 'index.html') }
    await makeDirectory(directory)
    await writeFile(paths.report, text(2))
    await writeFile(paths.page, renderPage(spamPage({ preset, seed, quick: isQuick }, regimes)))
    if (!json) out.write(`${JSON.stringify(paths)}\n`)
  }
  const failed = Object.entries(checksOf(regimes.at(-1) as RegimeReport)).filter(([, holds]) => !holds)
  for (const [check] of failed) err.write(`does not hold: ${check}\n`)
  return failed.length === 0 ? 0 : 1
}
