import type { LabCommand } from './command.ts'

/** Serves a double of an alt-DA server. */
export const altDaDoubleCommand: LabCommand = {
  name: 'alt-da-double',
  serves: true,
  about: 'Serve a double of an alt-DA server, for development: its protocol over a directory, no layer behind it.',
  keys: ['da.localDir', 'run.host', 'run.port'],
  examples: ['parley alt-da-double --da-dir /tmp/alt-da --port 3100'],
  async run(context) {
    const { serve } = await import('@parley/cli/roles')
    const { startDouble } = await import('../stack/alt-da-double.ts')
    return serve(context, () => startDouble(context))
  },
}
