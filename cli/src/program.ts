import { join } from 'node:path'
import { Command, Option } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { type CommandDefinition, commonKeys } from './command/command.ts'
import { type Config, keysOf, type Settings, settingOf, variableOf } from './config/config.ts'
import type { ConfigSources, LoadedConfig } from './config/load.ts'

/** File in the data directory of `parley dev` that says where everything is, as a configuration file. */
export const stackFile = 'dev.json'

/** All commands with the settings that they take: the product's, or those of a checkout. */
export interface Program<C extends Config = Config> {
  readonly settings: Settings
  readonly load: (sources: ConfigSources) => LoadedConfig<C>
  readonly commands: readonly CommandDefinition<C, string>[]
  /** What the commands that begin with a word, or with some, are about. */
  readonly groups: Readonly<Record<string, string>>
}

/** A command as it was called. */
export interface Call<C extends Config = Config> {
  readonly command: CommandDefinition<C, string>
  readonly args: readonly string[]
  readonly flags: ReadonlyMap<string, string>
  /** Configuration files; later ones count more. */
  readonly files: readonly string[]
  /** Deployment file that says where contracts are. */
  readonly deployment: string | undefined
}

/** Keys that the file of a running stack gives values to. */
const places: ReadonlySet<string> = new Set(['l2.url', 'sequencer.url', 'node.url'])

/** Keys that a deployment file gives values to. */
const contracts: ReadonlySet<string> = new Set(
  ['rollup', 'directory', 'publicInbox', 'treasury', 'governor', 'votes'].map((name) => `l2.${name}`),
)

const attributeOf = (flag: string): string => flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Characters of a flag with the words it takes: a wider one leaves its texts and those of all others no room in 80 columns. */
const widestForm = 34

function optionOf(
  settings: Settings,
  key: string,
  { abouts = {}, fallbacks = {} }: Pick<CommandDefinition<Config, string>, 'abouts' | 'fallbacks'>,
): Option | undefined {
  const { flag, fromText, values, ...setting } = settingOf(settings, key)
  const about = abouts[key] ?? setting.about
  const fallback = fallbacks[key] ?? setting.fallback
  if (flag === undefined) return undefined
  const isToggle = fromText('true') === true
  const unless = isToggle || fallback === undefined ? '' : `; ${fallback} when left out`
  const choices = `--${flag} <${values?.join('|') ?? 'value'}>`
  const isLong = values !== undefined && choices.length > widestForm
  const form = isToggle ? `--${flag}` : isLong ? `--${flag} <value>` : choices
  const words = isLong ? ` Of ${values.join(', ')}.` : ''
  return new Option(form, `${about}${words} [${variableOf(key)}${unless}]`)
}

/** The settings of a role that no flag gives, a line each. */
function unflaggedOf(settings: Settings, role: string, wrapped: (text: string) => string): string[] {
  const own = keysOf(settings).filter(
    (key) => key.startsWith(`${role}.`) && settingOf(settings, key).flag === undefined,
  )
  return own.map((key) => `  ${variableOf(key)}\n      ${wrapped(settingOf(settings, key).about)}\n`)
}

function flagsOf(
  settings: Settings,
  keys: readonly string[],
  given: Readonly<Record<string, unknown>>,
): Map<string, string> {
  const flags = new Map<string, string>()
  for (const key of keys) {
    const { flag } = settingOf(settings, key)
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
export function createProgram<C extends Config>(
  { settings, commands, groups }: Pick<Program<C>, 'settings' | 'commands' | 'groups'>,
  output: { readonly out: (text: string) => void; readonly err: (text: string) => void },
  onCall: (call: Call<C>) => void,
): Command {
  const program = new Command('parley')
    .description('A messaging rollup: conversations anyone can verify.')
    .version(manifest.version, '--version', 'Print the version.')
    .exitOverride()
    // Flags of `signer init` are its own, though `signer` has flags of the same names.
    .enablePositionalOptions()
    // What is wrong with a command line is a fault, which the end of the command prints.
    .configureHelp({ minWidthToWrap: 20 })
    .configureOutput({ writeOut: output.out, writeErr: output.err, outputError: () => undefined })
  const groupOf = (parent: Command, word: string, at: number, words: readonly string[]): Command =>
    parent.commands.find((command) => command.name() === word) ??
    parent.command(word).description(groups[words.slice(0, at + 1).join(' ')] as string)
  for (const definition of commands) {
    const words = definition.name.split(' ')
    const parent = words.slice(0, -1).reduce(groupOf, program)
    const command = parent.command(words.at(-1) as string).description(definition.about)
    for (const { name, about } of definition.args ?? []) command.argument(name, about)
    command.option('--config <path>', 'TOML or JSON file with configuration keys [PARLEY_CONFIG]')
    const own = definition.keys === 'every' ? keysOf(settings) : definition.keys
    if (own.some((key) => places.has(key)))
      command.option('--dev <directory>', 'Data directory of a running `parley dev`')
    // Where the file is a setting, the command does more with it than look up addresses.
    const looksUp = own.some((key) => contracts.has(key)) && !own.includes('deploy.out')
    if (looksUp) command.option('--deployment <path>', 'Deployment file that says where the contracts are')
    const keys = [...new Set([...own, ...commonKeys])]
    for (const key of keys) {
      const option = optionOf(settings, key, definition)
      if (option !== undefined) command.addOption(option)
    }
    const wrapped = (text: string): string => command.createHelp().boxWrap(text, 74).replaceAll('\n', '\n      ')
    const unflagged = definition.serves === true ? unflaggedOf(settings, definition.name, wrapped) : []
    if (unflagged.length > 0)
      command.addHelpText('after', `\nWithout a flag, from a variable or a file:\n${unflagged.join('')}`)
    if (definition.examples !== undefined)
      command.addHelpText('after', `\nExamples:\n${definition.examples.map((line) => `  ${line}\n`).join('')}`)
    command.action(() => {
      const given = command.opts<Readonly<Record<string, unknown>>>()
      onCall({
        command: definition,
        args: command.args,
        flags: flagsOf(settings, keys, given),
        files: filesOf(given),
        deployment: looksUp ? (given.deployment as string | undefined) : undefined,
      })
    })
  }
  return program
}
