import { benchKeys } from '../bench/print-report.ts'
import { needed } from '../config/settings.ts'
import type { LabCommand } from './command.ts'

export const benchPipeline: LabCommand = {
  name: 'bench pipeline',
  about: 'Measure messages per second, accepted and claimed, against what the machine verifies bare, in one run.',
  keys: [...benchKeys, 'run.dataDir', 'run.lanes', 'load.messages', 'load.maxMessages', 'bench.stream'],
  examples: ['parley bench pipeline --quick --json'],
  async run(context) {
    const { runBenchPipeline } = await import('../bench/pipeline.ts')
    return runBenchPipeline(context)
  },
}

/** The load of a benchmark, in a process of its own as senders are. */
export const benchLoad: LabCommand = {
  name: 'bench load',
  about: 'Send messages that were signed before; what `bench pipeline` starts.',
  keys: ['sequencer.url', 'bench.file', 'bench.stream'],
  async run({ config, clock, out, signal }) {
    const { sendLoad } = await import('../bench/send-load.ts')
    out.write(`${JSON.stringify({ ready: {} })}\n`)
    const { stream } = config.bench
    const options = { path: needed(config, 'bench.file'), url: needed(config, 'sequencer.url'), stream }
    const result = await sendLoad({ clock }, options, signal)
    out.write(`${JSON.stringify({ result })}\n`)
    return 0
  },
}
