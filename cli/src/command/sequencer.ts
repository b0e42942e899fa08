import { serve } from '../process/service.ts'
import type { CommandDefinition } from './command.ts'

/** Accepts, orders, journals and seals. */
export const sequencerCommand: CommandDefinition = {
  name: 'sequencer',
  serves: true,
  about: 'Take messages, keep them durably and seal them into blocks signed with PARLEY_SEQUENCER_KEY.',
  keys: [
    'run.dataDir',
    'run.host',
    'run.port',
    'run.lanes',
    'run.verifier',
    'l2.url',
    'l2.rollup',
    'da.layer',
    'sequencer.alone',
  ],
  async run(context) {
    const { startSequencer } = await import('../role/sequencer.ts')
    return serve(context, () => startSequencer(context))
  },
}
