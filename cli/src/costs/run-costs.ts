import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { type CostSum, type Rates, sumCosts } from '@parley/batcher'
import { tell } from '../action/tell.ts'
import { needed } from '../config/config.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { readCostFiles } from './cost-files.ts'

/** Directory of the journal in a batcher's data directory. */
export const costDirectory = 'costs'

const time = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/

/** Prints what a batcher paid, by part and layer. @throws {CliError} `CONFIG_VALUE_INVALID`, `DATA_DIR_UNUSABLE`. */
export async function showCosts(context: Context): Promise<number> {
  const { config } = context
  const since = sinceOf(context)
  const found = await readCosts(needed(config, 'run.dataDir'), since, config.rates)
  return tell(context, { since: new Date(since).toISOString(), ...found })
}

/**
 * Sums of what the batcher of a data directory paid since a time, and how many lines of its journal are no entries. One that
 * has claimed nothing has none.
 * @throws {CliError} `DATA_DIR_UNUSABLE`.
 */
export async function readCosts(
  dataDir: string,
  since: number,
  rates: Rates,
): Promise<{ readonly unreadable: number; readonly costs: readonly CostSum[] }> {
  await access(dataDir).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(
      { code: 'DATA_DIR_UNUSABLE', path: dataDir, reason: error.code ?? error.message },
      { cause: error },
    )
  })
  const { entries, unreadable } = await readCostFiles(join(dataDir, costDirectory), since)
  return { unreadable, costs: sumCosts(entries, rates) }
}

function sinceOf({ config, sources }: Context): number {
  const key = 'costs.since'
  const text = config.costs.since
  if (text === undefined) return 0
  const at = time.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at) || at < 0) {
    const reason = 'must be a date, or a date and time in UTC, since 1970'
    throw new CliError({ code: 'CONFIG_VALUE_INVALID', key, source: sources.get(key) ?? 'fallback', reason })
  }
  return at
}
