import { join } from 'node:path'
import { Closing } from '@parley/cli/roles'
import type { Context } from '../../../context.ts'
import type { DrillFamily } from '../../outcome/family.ts'
import type { Outcome } from '../../outcome/outcome.ts'
import type { DaDrill } from '../drills/drill.ts'
import { daDrills } from '../drills/index.ts'
import { openStage, type Stage } from '../stage/stage.ts'
import { playDrill } from './play.ts'

/** Drills of the layers, and of where parts go. */
export const daFamily: DrillFamily = {
  name: 'da',
  drills: daDrills,
  async run(context, dataDir, names, tell) {
    const wanted = daDrills.filter(({ name }) => names.includes(name))
    let stacks = 0
    for (const contested of [false, true]) {
      const drills = wanted.filter((drill) => (drill.contested ?? false) === contested)
      for (let begun = 0; begun < drills.length; ) {
        stacks += 1
        begun += await runOn(context, join(dataDir, `stack-${stacks}`), drills.slice(begun), tell)
      }
    }
  },
}

/** Runs drills on one stack until one fails: what that leaves behind is no ground for another. @returns how many were run. */
async function runOn(
  context: Context,
  dataDir: string,
  drills: readonly DaDrill[],
  tell: (outcome: Outcome) => void,
): Promise<number> {
  const closing = new Closing()
  const ending = new AbortController()
  const signal = AbortSignal.any([context.signal, ending.signal])
  try {
    const [first] = drills as readonly [DaDrill, ...DaDrill[]]
    const options = { dataDir, policy: first.policy, contested: first.contested ?? false }
    const stage = await openStage({ ...context, signal }, options, closing)
    return await Promise.race([runAll(stage, drills, tell), stage.stack.failed, stage.observers.failed])
  } finally {
    ending.abort()
    await closing.close()
  }
}

async function runAll(stage: Stage, drills: readonly DaDrill[], tell: (outcome: Outcome) => void): Promise<number> {
  let run = 0
  for (const drill of drills) {
    const outcome = await playDrill(stage, drill)
    tell(outcome)
    run += 1
    if (outcome.failed !== undefined) break
  }
  return run
}
