import { benchKeys, printReport } from '../bench/print-report.ts'
import type { LabCommand } from './command.ts'

export const benchSocketsCommand: LabCommand = {
  name: 'bench sockets',
  about: 'Measure what users, subscriptions and storms of reconnections cost a server of feeds.',
  keys: benchKeys,
  examples: ['parley bench sockets --quick --json'],
  async run(context) {
    const { benchSockets } = await import('../bench/sockets/bench-sockets.ts')
    return printReport(context, await benchSockets(context))
  },
}

/** The server of a measurement, in a process of its own as servers are. */
export const benchFeedServer: LabCommand = {
  name: 'bench feed-server',
  about: 'Serve readers of conversations in which nothing happens; what `bench sockets` starts.',
  keys: ['bench.bare'],
  async run({ config, out, signal }) {
    const { serveReaders } = await import('../bench/sockets/feed-server.ts')
    const onListening = (ready: object): void => void out.write(`${JSON.stringify({ ready })}\n`)
    await serveReaders(config.bench.bare ? 'bare' : 'feeds', onListening, signal)
    return 0
  },
}
