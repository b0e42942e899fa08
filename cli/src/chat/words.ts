import type { Shown } from './shown.ts'

type Fields = Readonly<Record<string, unknown>>

/** What others say may hold what moves a cursor, or turns text around: none of it reaches the terminal. */
const unprintable = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

const printable = (text: unknown): string => String(text).replaceAll('\n', ' ⏎ ').replace(unprintable, '\ufffd')

/** An address as people tell it apart from others at a glance. */
const short = (address: unknown): string => {
  const text = printable(address)
  return text.length < 14 ? text : `${text.slice(0, 6)}…${text.slice(-4)}`
}

const said: Readonly<Record<string, (content: Fields) => string>> = {
  text: ({ text }) => printable(text),
  attachment: ({ name, size }) => `[file ${printable(name)}, ${size} bytes]`,
  reply: ({ answer }) => `↪ ${saidBy(answer as Fields)}`,
  reaction: ({ sign, act }) => (act === 'added' ? `reacts ${printable(sign)}` : `takes ${printable(sign)} back`),
  receipt: ({ until }) => `has read everything up to #${until}`,
  settings: ({ title, counts }) =>
    counts !== false
      ? `changes the settings${title === null ? '' : `: ${printable(title)}`}`
      : 'may not change settings',
  resend: ({ of, said: again }) => `says that ${short((of as Fields).identity)} said: ${saidBy(again as Fields)}`,
  left: ({ text }) => `leaves. ${printable(text)}`,
  other: ({ text }) => printable(text),
}

const saidBy = (content: Fields): string => said[content.content as string]?.(content) ?? ''

const people = (devices: unknown): string =>
  (devices as readonly Fields[]).map(({ identity, device }) => `${short(identity)} (${short(device)})`).join(', ')

const words: Readonly<Record<string, (shown: Fields) => string>> = {
  message: ({ conversation, position, sender, own, verified, ...content }) => {
    const who = own === true ? 'you' : short(sender)
    const doubt = verified === false ? ' [a device that the directory does not have]' : ''
    return `${conversation} #${position} ${who}${doubt}: ${saidBy(content)}`
  },
  request: ({ number, kind, sender, verified, title, text }) => {
    const doubt = verified === true ? '' : ' [by a device that the directory does not have]'
    const what =
      kind === 'device' ? 'another device of yours lets this one in' : `${printable(title)}: ${printable(text)}`
    return `request ${number} of ${printable(sender)}${doubt}: ${what}   (/accept ${number})`
  },
  membership: ({ conversation, added, removed }) =>
    [
      ...((added as readonly unknown[]).length > 0 ? [`${conversation} came: ${people(added)}`] : []),
      ...((removed as readonly unknown[]).length > 0 ? [`${conversation} went: ${people(removed)}`] : []),
    ].join('\n'),
  removed: ({ conversation, slots }) => `${conversation} the record emptied slots ${(slots as number[]).join(', ')}`,
  joined: ({ conversation }) => `${conversation} this device reads from here on`,
  outside: ({ conversation, why }) => `${conversation} this device has no keys any more: ${printable(why)}`,
  gap: ({ conversation, position }) => `${conversation} #${position} is missing; it is looked for`,
  gapClosed: ({ conversation, position, how }) => `${conversation} #${position} holds up nothing any more: ${how}`,
  expired: ({ conversation, count }) => `${conversation} ${count} messages that this device can never read`,
  unsent: ({ conversation, ...content }) => `${conversation} nobody will get: ${saidBy(content)}`,
  split: ({ conversation, position }) =>
    `${conversation} #${position} its author was shown another record: a server lies`,
  withheld: ({ kind, name, reason }) => `${kind} ${printable(name)} withholds: ${reason}`,
  safety: ({ conversation, identity, number, standing }) =>
    `${conversation} safety number with ${short(identity)} (${standing}):\n  ${number}`,
  refused: ({ reason }) => `refused: ${printable(reason)}`,
}

/** A line of help, which no others write. */
const asIs: ReadonlySet<string> = new Set(['help'])

/** What is shown, as people read it. */
export function linesFor(shown: Shown): string {
  if (asIs.has(shown.type)) return String(shown.text)
  const written = words[shown.type]?.(shown)
  if (written !== undefined) return written
  const { type, command, ...rest } = shown
  const fields = Object.entries(rest).flatMap(([name, value]) => fieldLines(name, value))
  return [command === undefined ? type : `${type}: /${command}`, ...fields].join('\n')
}

function fieldLines(name: string, value: unknown): string[] {
  if (!Array.isArray(value)) return [`  ${name}: ${inWords(value)}`]
  return [`  ${name}:`, ...value.map((each) => `    ${inWords(each)}`)]
}

function inWords(value: unknown): string {
  if (value === null || typeof value !== 'object') return printable(value)
  return Object.entries(value)
    .map(([name, each]) => `${name} ${inWords(each)}`)
    .join(', ')
}
