import { benchKeys, printReport } from '../bench/print-report.ts'
import type { LabCommand } from './command.ts'

export const benchMessagingCommand: LabCommand = {
  name: 'bench messaging',
  about:
    'Measure 1,000 users of the SDK over a whole stack: messages per second, delivery, sizes and what groups cost.',
  keys: [...benchKeys, 'run.dataDir', 'run.lanes', 'load.trace'],
  examples: ['parley bench messaging --quick --json', 'parley bench messaging --trace conversations.jsonl.gz --json'],
  async run(context) {
    const { benchMessaging } = await import('../bench/messaging/bench-messaging.ts')
    return printReport(context, await benchMessaging(context))
  },
}
