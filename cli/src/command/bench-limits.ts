import { benchKeys, printReport } from '../bench/print-report.ts'
import type { CommandDefinition } from './command.ts'

export const benchLanesCommand: CommandDefinition = {
  name: 'bench lanes',
  about:
    'Measure lanes against what the machine verifies bare: one to one a core, uniform and skewed, with and without roots.',
  keys: benchKeys,
  async run(context) {
    const { benchLanes } = await import('../bench/lanes/bench-lanes.ts')
    return printReport(context, await benchLanes(context))
  },
}

export const benchMemoryCommand: CommandDefinition = {
  name: 'bench memory',
  about: 'Measure bytes a conversation and time a message, from a thousand conversations to a million.',
  keys: benchKeys,
  async run(context) {
    const { benchMemory } = await import('../bench/memory/bench-memory.ts')
    return printReport(context, await benchMemory(context))
  },
}

export const benchRestartCommand: CommandDefinition = {
  name: 'bench restart',
  about:
    'Measure how soon a sequencer of a million conversations takes requests again, and how fast it replays its journal.',
  keys: [...benchKeys, 'run.lanes'],
  async run(context) {
    const { benchRestart } = await import('../bench/restart/bench-restart.ts')
    return printReport(context, await benchRestart(context))
  },
}

export const benchVerifyCommand: CommandDefinition = {
  name: 'bench verify',
  about: 'Measure how fast a node catches up from an empty directory, against the pipeline that wrote what it reads.',
  keys: [...benchKeys, 'run.dataDir', 'run.lanes', 'load.messages'],
  async run(context) {
    const { benchVerify } = await import('../bench/verify/bench-verify.ts')
    return printReport(context, await benchVerify(context))
  },
}
