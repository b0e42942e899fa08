import { archiveCommands } from './archive-commands.ts'
import type { ChatCommand } from './command.ts'
import { deviceCommands } from './device-commands.ts'
import { peopleCommands } from './people-commands.ts'
import { speakingCommands } from './speaking-commands.ts'

const [first, ...others] = [...peopleCommands, ...speakingCommands, ...deviceCommands, ...archiveCommands]

/** Every command of a chat but `/help` and `/quit`. */
export const chatCommands: readonly [ChatCommand, ...ChatCommand[]] = [first as ChatCommand, ...others]

/** Wider forms have their text on a line of its own. */
const formWidth = 34

/** All commands, a line each. */
export function helpText(): string {
  const rows: readonly (readonly [string, string])[] = [
    ['TEXT', 'Say it in the open conversation; // begins a text with a slash.'],
    ...chatCommands.map(({ name, form, about }) => [`/${name} ${form}`.trim(), about] as const),
    ['/help', 'Show this.'],
    ['/quit', 'End; so does the end of the input.'],
  ]
  return rows
    .map(
      ([form, about]) =>
        `  ${form.padEnd(formWidth)}${form.length < formWidth ? '' : `\n  ${' '.repeat(formWidth)}`}${about}`,
    )
    .join('\n')
}
