import type { LabCommand } from './command.ts'

/** Serves a double of a celestia-node. */
export const celestiaDoubleCommand: LabCommand = {
  name: 'celestia-double',
  serves: true,
  about:
    'Serve a double of a celestia-node, for development: its JSON-RPC over squares and signed headers made here, no network behind it. PARLEY_DA_CELESTIA_TOKEN may write; with `-read` behind it, read.',
  keys: ['run.host', 'run.port', 'double.blockMs', 'double.adminPort'],
  examples: ['PARLEY_DA_CELESTIA_TOKEN=a-token parley celestia-double --port 26658'],
  async run(context) {
    const { serve } = await import('@parley/cli/roles')
    const { startCelestiaDouble } = await import('../stack/celestia-double.ts')
    return serve(context, () => startCelestiaDouble(context))
  },
}
