import { join } from 'node:path'
import { Command, Option } from 'commander'
import { type CommandDefinition, commonKeys } from './command/command.ts'
import { type Key, settingOf, variableOf } from './config/config.ts'

/** File in the data directory of `parley dev` that says where everything is, as a configuration file. */
export const stackFile = 'dev.json'

/** A command as it was called. */
export interface Call {
  readonly command: CommandDefinition
  readonly args: readonly string[]
  readonly flags: ReadonlyMap<Key, string>
  /** Configuration files; later ones count more. */
  readonly files: readonly string[]
}

/** Keys that the file of a running stack gives values to. */
const places: ReadonlySet<Key> = new Set<Key>(['l2.url', 'sequencer.url', 'node.url'])

const attributeOf = (flag: string): string => flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

function optionOf(key: Key): Option | undefined {
  const { flag, about, fromText } = settingOf(key)
  if (flag === undefined) return undefined
  const isToggle = fromText('true') === true
  return new Option(isToggle ? `--${flag}` : `--${flag} <value>`, `${about} [${variableOf(key)}]`)
}

function flagsOf(keys: readonly Key[], given: Readonly<Record<string, unknown>>): Map<Key, string> {
  const flags = new Map<Key, string>()
  for (const key of keys) {
    const { flag } = settingOf(key)
    const value = flag === undefined ? undefined : given[attributeOf(flag)]
    if (value !== undefined) flags.set(key, String(value))
  }
  return flags
}

function filesOf({ dev, config }: Readonly<Record<string, unknown>>): string[] {
  const files = dev === undefined ? [] : [join(dev as string, stackFile)]
  return config === undefined ? files : [...files, config as string]
}

/** Describes all commands to commander. @param onCall - Told which command was called, and how. */
export function createProgram(
  commands: readonly CommandDefinition[],
  output: { readonly out: (text: string) => void; readonly err: (text: string) => void },
  onCall: (call: Call) => void,
): Command {
  const program = new Command('parley')
    .description('A messaging rollup: conversations anyone can verify.')
    .exitOverride()
    .configureOutput({ writeOut: output.out, writeErr: output.err })
  for (const definition of commands) {
    const words = definition.name.split(' ')
    const parent = words.slice(0, -1).reduce(childOf, program)
    const command = parent.command(words.at(-1) as string).description(definition.about)
    for (const { name, about } of definition.args ?? []) command.argument(name, about)
    command.option('--config <path>', 'TOML or JSON file with configuration keys [PARLEY_CONFIG]')
    if (definition.keys.some((key) => places.has(key)))
      command.option('--dev <directory>', 'Data directory of a running `parley dev`')
    const keys = [...new Set([...definition.keys, ...commonKeys])]
    for (const key of keys) {
      const option = optionOf(key)
      if (option !== undefined) command.addOption(option)
    }
    command.action(() => {
      const given = command.opts<Readonly<Record<string, unknown>>>()
      onCall({ command: definition, args: command.args, flags: flagsOf(keys, given), files: filesOf(given) })
    })
  }
  return program
}

function childOf(parent: Command, word: string): Command {
  return parent.commands.find((command) => command.name() === word) ?? parent.command(word).description(`${word} …`)
}
