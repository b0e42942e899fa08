import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Closing } from '@parley/cli/roles'
import type { Context } from '../../context.ts'
import { LabError } from '../../faults.ts'
import { openStage, type Stage } from '../stage/stage.ts'
import { goOn } from './lie.ts'
import type { Outcome, Trial } from './outcome.ts'
import { tableHead, tableRow } from './report.ts'
import { trials } from './trials.ts'
import { removalsFrom } from './verdict.ts'

/** @throws {LabError} `OPTION_INVALID` for a class that there is not. */
function chosen(only: readonly string[] | undefined): readonly Trial[] {
  if (only === undefined) return trials
  const unknown = only.find((name) => !trials.some((trial) => trial.name === name))
  if (unknown !== undefined)
    throw new LabError({ code: 'OPTION_INVALID', field: '--only', reason: `there is no class ${unknown}` })
  return trials.filter(({ name }) => only.includes(name))
}

/** Tries classes on a stack of their own. @returns 0 when each was caught as it should be, 1 otherwise. */
export async function runAdversary(context: Context, only: readonly string[] | undefined): Promise<number> {
  const asked = chosen(only)
  const { config, out, err } = context
  const given = config.run.dataDir
  const dataDir = given ?? (await mkdtemp(join(tmpdir(), 'parley-adversary-')))
  let code = 1
  try {
    code = await runIn(context, dataDir, asked)
    return code
  } finally {
    if (code === 0 && given === undefined) await rm(dataDir, { recursive: true })
    else err.write(`data and logs are in ${dataDir}\n`)
  }

  async function runIn(inner: Context, dir: string, those: readonly Trial[]): Promise<number> {
    const closing = new Closing()
    const ending = new AbortController()
    const signal = AbortSignal.any([inner.signal, ending.signal])
    try {
      const stage = await openStage({ ...inner, signal }, dir, closing)
      if (!config.run.json) out.write(tableHead())
      const outcomes = await Promise.race([tryAll(stage, those), stage.stack.failed])
      return outcomes.every(({ failed }) => failed === undefined) ? 0 : 1
    } finally {
      ending.abort()
      await closing.close()
    }
  }

  async function tryAll(stage: Stage, those: readonly Trial[]): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = []
    const waiting: (() => Promise<Outcome>)[] = []
    const tell = async (told: Outcome): Promise<void> => {
      const all = (await removalsFrom(stage, stage.stack.deployment.block)).length
      const { provoked } = stage
      const failed = all === provoked ? told.failed : `${all} claims were removed, and not ${provoked}`
      const outcome = failed === undefined ? told : { ...told, failed }
      // Once is enough to say it.
      stage.provoked = all
      outcomes.push(outcome)
      out.write(config.run.json ? `${JSON.stringify(outcome)}\n` : tableRow(outcome))
    }
    for (const trial of those) {
      if (trial.inSilence !== true) await leaveSilence(stage)
      const outcome = await trial.run(stage)
      if (typeof outcome === 'function') waiting.push(outcome)
      else await tell(outcome)
    }
    await leaveSilence(stage)
    for (const wait of waiting) await tell(await wait())
    return outcomes
  }
}

/** Lets ordinary claims return before whatever is no rescue. */
async function leaveSilence(stage: Stage): Promise<void> {
  if (stage.leaveSilence === undefined) return
  const { number } = await stage.claimer.head(stage.signal)
  await stage.leaveSilence()
  await goOn(stage, number + 1n, () => stage.honest.goOn([]))
}
