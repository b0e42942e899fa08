import { benchKeys, printReport } from '../bench/print-report.ts'
import { needed } from '../config/settings.ts'
import type { LabCommand } from './command.ts'

export const benchLanesCommand: LabCommand = {
  name: 'bench lanes',
  about:
    'Measure lanes against what the machine verifies bare: one to one per core, uniform and skewed, with and without roots.',
  keys: benchKeys,
  examples: ['parley bench lanes --quick --json'],
  async run(context) {
    const { benchLanes } = await import('../bench/lanes/bench-lanes.ts')
    return printReport(context, await benchLanes(context))
  },
}

export const benchMemoryCommand: LabCommand = {
  name: 'bench memory',
  about: 'Measure bytes per conversation and time per message, from a thousand conversations to a million.',
  keys: benchKeys,
  examples: ['parley bench memory --quick --json'],
  async run(context) {
    const { benchMemory } = await import('../bench/memory/bench-memory.ts')
    return printReport(context, await benchMemory(context))
  },
}

export const benchRestartCommand: LabCommand = {
  name: 'bench restart',
  about:
    'Measure how soon a sequencer of a million conversations takes requests again, and how fast it replays its journal.',
  keys: [...benchKeys, 'run.lanes'],
  examples: ['parley bench restart --quick --json'],
  async run(context) {
    const { benchRestart } = await import('../bench/restart/bench-restart.ts')
    return printReport(context, await benchRestart(context))
  },
}

export const benchVerifyCommand: LabCommand = {
  name: 'bench verify',
  about: 'Measure how fast a node catches up from an empty directory, against the pipeline that wrote what it reads.',
  keys: [...benchKeys, 'run.dataDir', 'run.lanes', 'load.messages'],
  examples: ['parley bench verify --quick --json'],
  async run(context) {
    const { benchVerify } = await import('../bench/verify/bench-verify.ts')
    return printReport(context, await benchVerify(context))
  },
}

export const benchLatencyCommand: LabCommand = {
  name: 'bench latency',
  about: 'Measure how long messages take to each level of finality, at shares of the capacity, at fixed rates.',
  keys: [...benchKeys, 'run.lanes', 'da.layer'],
  examples: ['parley bench latency --quick --json'],
  async run(context) {
    const { benchLatency } = await import('../bench/latency/bench-latency.ts')
    return printReport(context, await benchLatency(context))
  },
}

/** The load of a measurement of latencies, in a process of its own as senders are. */
export const benchOpenLoad: LabCommand = {
  name: 'bench open-load',
  about: 'Send messages that were signed before at a fixed rate; what `bench latency` starts.',
  keys: ['sequencer.url', 'bench.file', 'bench.bodiesPerSecond'],
  async run({ config, clock, out, signal }) {
    const { sendOpenLoop } = await import('../bench/latency/open-loop.ts')
    out.write(`${JSON.stringify({ ready: {} })}\n`)
    const options = {
      path: needed(config, 'bench.file'),
      url: needed(config, 'sequencer.url'),
      bodiesPerSecond: needed(config, 'bench.bodiesPerSecond'),
    }
    const result = await sendOpenLoop({ clock }, options, signal)
    out.write(`${JSON.stringify({ result })}\n`)
    return 0
  },
}
