import { type CommandDefinition, product, type Settings, settingOf, settingsTable } from '@parley/cli'
import { checkout } from './commands.ts'
import type { Config } from './config/settings.ts'
import { labSettings } from './config/settings.ts'

const title = `# Commands

Every command of \`npx parley\`, as \`--help\` describes it. \`npm run commands\` writes this page. What a flag does stands in the tables of
[cli](../cli/README.md#configuration) and [lab](../lab/README.md#configuration); every command takes \`--config\`, \`--log-level\` and \`--log-format\` too.
`

function flagsOf(settings: Settings, keys: readonly string[]): string[] {
  return keys.flatMap((key) => {
    const { flag } = settingOf(settings, key)
    return flag === undefined ? [] : [`\`--${flag}\``]
  })
}

function section({ name, about, args = [], examples = [], keys }: CommandDefinition<Config, string>): string {
  const usage = ['parley', name, ...args.map((each) => each.name)].join(' ')
  const flags = keys === 'every' ? [] : flagsOf(checkout.settings, keys)
  const lines = [
    `## ${name}`,
    `\`${usage}\`: ${about}`,
    args.map((each) => `- \`${each.name}\`: ${each.about}\n`).join(''),
    flags.length === 0 ? '' : `Flags: ${flags.join(', ')}.`,
    examples.length === 0 ? '' : `\`\`\`sh\n${examples.join('\n')}\n\`\`\``,
  ]
  return lines
    .filter((line) => line !== '')
    .map((line) => line.trimEnd())
    .join('\n\n')
}

/** The page of all commands of a checkout. */
export function renderCommands(): string {
  const sections = [...checkout.commands].sort((a, b) => a.name.localeCompare(b.name, 'en')).map(section)
  return `${[title.trimEnd(), ...sections].join('\n\n')}\n`
}

/** The tables of settings, by the README that has each. */
export const settingsTables = {
  'lab/README.md': settingsTable(labSettings),
  'cli/README.md': settingsTable(product.settings),
} as const

/** A README with its table of settings as it is now. */
export function withTable(readme: string, table: string): string {
  const [head] = table.split('\n')
  const start = readme.indexOf(head as string)
  const end = readme.indexOf('\n\n', start)
  return readme.slice(0, start) + table + readme.slice(end)
}
