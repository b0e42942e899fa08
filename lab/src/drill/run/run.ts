import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../../context.ts'
import { LabError } from '../../faults.ts'
import type { DrillFamily } from '../outcome/family.ts'
import type { Outcome } from '../outcome/outcome.ts'
import { drillFamilies } from './families.ts'
import { tableHead, tableRow } from './report.ts'

/** What is to be drilled. */
export interface DrillChoice {
  /** Name of the family; the first one's when left out. */
  readonly family: string | undefined
  /** Names of drills; those run by default when left out. */
  readonly only: readonly string[] | undefined
  readonly all: boolean
}

/** @throws {LabError} `OPTION_INVALID` for a family that there is not. */
function familyOf({ family }: DrillChoice): DrillFamily {
  if (family === undefined) return drillFamilies[0]
  const found = drillFamilies.find(({ name }) => name === family)
  if (found !== undefined) return found
  throw new LabError({ code: 'OPTION_INVALID', field: 'family', reason: `there are no drills of ${family}` })
}

/** @throws {LabError} `OPTION_INVALID` for a drill that there is not. */
function namesOf({ drills, name: family }: DrillFamily, { only, all }: DrillChoice): readonly string[] {
  if (only === undefined) return drills.filter(({ byDefault }) => all || byDefault).map(({ name }) => name)
  const unknown = only.find((name) => !drills.some((drill) => drill.name === name))
  if (unknown !== undefined)
    throw new LabError({ code: 'OPTION_INVALID', field: '--only', reason: `${family} has no drill ${unknown}` })
  return drills.map(({ name }) => name).filter((name) => only.includes(name))
}

/** Runs drills on stacks of their own. @returns 0 when each went as it should, 1 otherwise. */
export async function runDrills(context: Context, choice: DrillChoice): Promise<number> {
  const family = familyOf(choice)
  const names = namesOf(family, choice)
  const { config, out, err } = context
  const given = config.run.dataDir
  const dataDir = given ?? (await mkdtemp(join(tmpdir(), 'parley-drill-')))
  const outcomes: Outcome[] = []
  const tell = (outcome: Outcome): void => {
    outcomes.push(outcome)
    out.write(config.run.json ? `${JSON.stringify(outcome)}\n` : tableRow(outcome))
  }
  let passed = false
  try {
    if (!config.run.json) out.write(tableHead())
    await family.run(context, dataDir, names, tell)
    passed = outcomes.length === names.length && outcomes.every(({ failed }) => failed === undefined)
    return passed ? 0 : 1
  } finally {
    if (passed && given === undefined) await rm(dataDir, { recursive: true })
    else err.write(`data and logs are in ${dataDir}\n`)
  }
}
