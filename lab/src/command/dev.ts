import type { LabCommand } from './command.ts'

/** Runs everything on this machine. */
export const devCommand: LabCommand = {
  name: 'dev',
  about:
    'Run chains, contracts, sequencer, batcher and a verifying node on this machine, and send messages through them.',
  keys: [
    'run.dataDir',
    'run.json',
    'run.lanes',
    'run.verifier',
    'da.layer',
    'load.trace',
    'load.messages',
    'load.messagesPerSecond',
    'load.maxMessages',
    'load.seed',
    'dev.contacts',
    'dev.inbox',
    'dev.treasury',
    'dev.messaging',
    'dev.exit',
    'dev.keep',
    'dev.withinSeconds',
  ],
  examples: ['parley dev', 'parley dev --trace conversations.jsonl.gz --da ethereum-blobs --exit --json'],
  async run(context) {
    const { runDev } = await import('../dev/dev.ts')
    return runDev(context)
  },
}
