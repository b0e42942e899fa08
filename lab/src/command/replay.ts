import type { LabCommand } from './command.ts'

/** Sends a trace, or synthetic conversations, through a running stack. */
export const replayCommand: LabCommand = {
  name: 'replay',
  about: 'Play a trace or synthetic conversations against a running stack; PARLEY_L2_KEY pays the deposits.',
  keys: [
    'run.dataDir',
    'run.json',
    'l2.url',
    'l2.rollup',
    'sequencer.url',
    'load.trace',
    'load.messages',
    'load.messagesPerSecond',
    'load.maxMessages',
    'load.seed',
    'load.depositMwei',
    'dev.exit',
    'dev.withinSeconds',
  ],
  examples: ['parley replay --dev DIR --messages 1000 --exit --json'],
  async run(context) {
    const { runReplay } = await import('../replay/replay.ts')
    return runReplay(context)
  },
}
