import { gatewayBounds, settingsOf } from '@parley/gateway'
import { parseGwei } from 'viem'
import type { Config } from '../../config/settings.ts'
import type { Context } from '../../context.ts'
import { startSimulatedChain } from '../chain/simulated-chain.ts'
import { accountsOf } from '../spam/market.ts'
import { quickSybils, sybilPreset } from './preset.ts'
import { checksOf, reportOf } from './report.ts'
import { runSybils } from './run.ts'
import { openStage, type SybilOptions } from './stage.ts'

/** When the simulated chain begins, in seconds since 1970, whatever the day. */
const genesisTimestamp = 1_800_000_000n

/** Runs the simulation and prints its report. @returns 0 if every check holds, 1 otherwise. */
export async function simulateSybil({ config, clock, log, out, err, signal }: Context): Promise<number> {
  const quick = config.bench.quick
  const options = optionsOf(config, quick)
  const { market } = options.preset
  const chainOptions = { accounts: accountsOf(market), genesisTimestamp, gasPrice: market.gasPrice }
  const chain = await startSimulatedChain({ clock, log }, chainOptions, signal)
  try {
    const run = await runSybils(await openStage(chain, options), signal)
    const { json } = config.run
    out.write(`${JSON.stringify(reportOf(options, quick, run), undefined, json ? undefined : 2)}\n`)
    const failed = Object.entries(checksOf(run)).filter(([, holds]) => !holds)
    for (const [check] of failed) err.write(`does not hold: ${check}\n`)
    return failed.length === 0 ? 0 : 1
  } finally {
    await chain.stop()
  }
}

/** As a gateway of this configuration is run. */
function optionsOf({ gateway }: Config, quick: boolean): SybilOptions {
  const names = Object.keys(gatewayBounds) as (keyof typeof gatewayBounds)[]
  return {
    preset: quick ? quickSybils : sybilPreset,
    settings: settingsOf(Object.fromEntries(names.map((name) => [name, gateway[name]]))),
    bounds: {
      stakeMiddle: parseGwei(`${gateway.stakeMiddleGwei}`),
      stakeHigh: parseGwei(`${gateway.stakeHighGwei}`),
      minAgeSeconds: BigInt(gateway.minAgeSeconds),
    },
  }
}
