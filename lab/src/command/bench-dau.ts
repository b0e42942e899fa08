import { readFile } from 'node:fs/promises'
import type { DayPlan } from '../bench/dau/day-plan.ts'
import { benchKeys, printReport } from '../bench/print-report.ts'
import { needed } from '../config/settings.ts'
import type { LabCommand } from './command.ts'

export const benchDauCommand: LabCommand = {
  name: 'bench dau',
  about: 'Measure how many users of a published mix of calls a core serves at their busiest time.',
  keys: [...benchKeys, 'run.dataDir', 'run.lanes', 'bench.mix', 'bench.users'],
  examples: ['parley bench dau --mix xmtp --quick --json', 'parley bench dau --users 125000 --json'],
  async run(context) {
    const { benchDau } = await import('../bench/dau/bench-dau.ts')
    return printReport(context, await benchDau(context))
  },
}

/** The users of a measurement, in a process of their own. */
export const benchDayLoad: LabCommand = {
  name: 'bench day-load',
  about: 'Read and follow as many users do at their busiest time; what `bench dau` starts.',
  keys: ['bench.file'],
  async run({ config, clock, out, signal }) {
    const { dayLoad } = await import('../bench/dau/day-load.ts')
    const plan = JSON.parse(await readFile(needed(config, 'bench.file'), 'utf8')) as DayPlan
    const onOpen = (): void => void out.write(`${JSON.stringify({ ready: {} })}\n`)
    out.write(`${JSON.stringify({ result: await dayLoad({ clock }, plan, onOpen, signal) })}\n`)
    return 0
  },
}
