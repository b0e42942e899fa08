import { readFile } from 'node:fs/promises'
import type { Broadcast } from '../bench/fanout/broadcast.ts'
import type { FeedPlan } from '../bench/fanout/feed-plan.ts'
import { benchKeys, printReport } from '../bench/print-report.ts'
import type { BareAnswers, ReadPlan, TailPlan } from '../bench/reads/read-plan.ts'
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

export const benchReadsCommand: LabCommand = {
  name: 'bench reads',
  about: 'Measure what reads of a node cost against a bare server that answers the same bytes.',
  keys: [...benchKeys, 'run.dataDir', 'run.lanes', 'load.messages', 'bench.verifying'],
  examples: ['parley bench reads --quick --json', 'parley bench reads --verifying --json'],
  async run(context) {
    const { benchReads } = await import('../bench/reads/bench-reads.ts')
    return printReport(context, await benchReads(context))
  },
}

/** Readers of a node, in a process of their own. */
export const benchReadLoad: LabCommand = {
  name: 'bench read-load',
  about: 'Read from a node and from a bare server in turn; what `bench reads` starts.',
  keys: ['bench.file'],
  async run({ config, out, signal }) {
    const { readLoad } = await import('../bench/reads/read-load.ts')
    const plan = JSON.parse(await readFile(needed(config, 'bench.file'), 'utf8')) as ReadPlan
    out.write(`${JSON.stringify({ ready: {} })}\n`)
    out.write(`${JSON.stringify({ result: await readLoad(plan, signal) })}\n`)
    return 0
  },
}

/** The same at a fixed rate. */
export const benchReadTail: LabCommand = {
  name: 'bench read-tail',
  about: 'Read from a node at a fixed rate; what `bench reads --verifying` starts.',
  keys: ['bench.file'],
  async run({ config, clock, out, signal }) {
    const { readTail } = await import('../bench/reads/read-load.ts')
    const plan = JSON.parse(await readFile(needed(config, 'bench.file'), 'utf8')) as TailPlan
    out.write(`${JSON.stringify({ ready: {} })}\n`)
    out.write(`${JSON.stringify({ result: await readTail({ clock }, plan, signal) })}\n`)
    return 0
  },
}

/** The limit of reads, in a process of its own as nodes are. */
export const benchBareReads: LabCommand = {
  name: 'bench bare-reads',
  about: 'Answer what a node answered, with nothing behind it; what `bench reads` starts.',
  keys: ['bench.file'],
  async run({ config, out, signal }) {
    const { bareReads } = await import('../bench/reads/bare-reads.ts')
    const answers = JSON.parse(await readFile(needed(config, 'bench.file'), 'utf8')) as BareAnswers
    await bareReads(answers, (url) => void out.write(`${JSON.stringify({ ready: { url } })}\n`), signal)
    return 0
  },
}
