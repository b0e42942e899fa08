import { keysOf, lookUp, variableOf } from '../config/config.ts'
import type { CommandDefinition } from './command.ts'

/** Shows every configuration key with its value and where that came from. */
export const configCommand: CommandDefinition = {
  name: 'config',
  about: 'Show every configuration key, its value and where that came from.',
  keys: 'every',
  abouts: { 'run.json': 'Print one JSON list on standard output, of an object a key.' },
  examples: ['parley config --dev DIR'],
  async run({ config, settings, sources, out }) {
    const shown = keysOf(settings).map((key) => ({
      key,
      variable: variableOf(key),
      value: lookUp(config, key),
      source: sources.get(key) ?? 'none',
    }))
    if (config.run.json) out.write(`${JSON.stringify(shown, plainBigint)}\n`)
    else for (const { key, value, source } of shown) out.write(`${key} = ${String(value ?? '')}  (${source})\n`)
    return 0
  },
}

const plainBigint = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value)
