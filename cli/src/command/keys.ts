import type { CommandDefinition } from './command.ts'

const keys = ['run.out', 'keys.reveal', 'run.json'] as const
const abouts = { 'run.out': 'File for the secret key, which must not exist; it gets mode 600.' } as const

export const keysGenerate: CommandDefinition = {
  name: 'keys generate',
  about: 'Make a secret key; prints its address and its member key.',
  keys,
  abouts,
  examples: ['parley keys generate --out member.key'],
  async run(context) {
    const { generateKey } = await import('../keys/run-keys.ts')
    return generateKey(context)
  },
}

export const keysDerive: CommandDefinition = {
  name: 'keys derive',
  about: 'Derive a secret key from the phrase in a file.',
  args: [{ name: '<phrase-file>', about: 'File that holds the words.' }],
  keys: [...keys, 'keys.index'],
  abouts,
  examples: ['parley keys derive phrase.txt --index 1 --out member.key'],
  async run(context, [path]) {
    const { deriveKey } = await import('../keys/run-keys.ts')
    return deriveKey(context, path as string)
  },
}

export const keysShow: CommandDefinition = {
  name: 'keys show',
  about: 'Show address and member key of a key file.',
  args: [{ name: '<key-file>', about: 'File written by `keys generate` or `keys derive`.' }],
  keys: ['keys.reveal', 'run.json'],
  examples: ['parley keys show member.key'],
  async run(context, [path]) {
    const { showKey } = await import('../keys/run-keys.ts')
    return showKey(context, path as string)
  },
}
