import { readFile } from 'node:fs/promises'
import type { Broadcast } from '../bench/fanout/broadcast.ts'
import type { FeedPlan } from '../bench/fanout/feed-plan.ts'
import { benchKeys, printReport } from '../bench/print-report.ts'
import { needed } from '../config/settings.ts'
import type { LabCommand } from './command.ts'

export const benchFanOutCommand: LabCommand = {
  name: 'bench fanout',
  about:
    'Measure what a live delivery costs against a bare broadcast of the same bytes, and what readers cost writers.',
  keys: [...benchKeys, 'run.dataDir', 'run.lanes'],
  examples: ['parley bench fanout --quick --json'],
  async run(context) {
    const { benchFanOut } = await import('../bench/fanout/bench-fanout.ts')
    return printReport(context, await benchFanOut(context))
  },
}

/** The readers of a measurement, in a process of their own. */
export const benchSubscribe: LabCommand = {
  name: 'bench subscribe',
  about: 'Follow many conversations and count what comes; what `bench fanout` starts.',
  keys: ['bench.file'],
  async run({ config, clock, out, signal }) {
    const { subscribe } = await import('../bench/fanout/subscribe.ts')
    const plan = JSON.parse(await readFile(needed(config, 'bench.file'), 'utf8')) as FeedPlan
    const onOpen = (): void => void out.write(`${JSON.stringify({ ready: {} })}\n`)
    const result = await subscribe(clock, plan, onOpen, signal)
    out.write(`${JSON.stringify({ result })}\n`)
    return 0
  },
}

/** The limit of a measurement, in a process of its own as servers are. */
export const benchBroadcast: LabCommand = {
  name: 'bench broadcast',
  about: 'Send entries to many feeds with nothing behind them; what `bench fanout` starts.',
  keys: ['bench.file'],
  async run({ config, clock, out, signal }) {
    const { broadcast } = await import('../bench/fanout/broadcast.ts')
    const plan = JSON.parse(await readFile(needed(config, 'bench.file'), 'utf8')) as Broadcast
    const onListening = (url: string): void => void out.write(`${JSON.stringify({ ready: { url } })}\n`)
    await broadcast(clock, plan, onListening, signal)
    return 0
  },
}
