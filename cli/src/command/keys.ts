import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { memberKey, ownerAddress } from '@parley/protocol'
import { getAddress, toHex } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { KeyRefused, readKeyFile, writeKeyFile } from '../config/key-file.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import type { CommandDefinition } from './command.ts'

const keys = ['keys.out', 'keys.reveal', 'run.json'] as const

/** Tells the address; the secret goes to the file asked for, or to standard output if that was asked for. */
function tell({ config, out }: Context, secret: Uint8Array): number {
  if (config.keys.out === undefined && !config.keys.reveal)
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: '--out', reason: 'is needed unless --reveal is given' })
  if (config.keys.out !== undefined) refusing('--out', () => writeKeyFile(config.keys.out as string, secret))
  return show(config.run.json, out, secret, config.keys.reveal)
}

function show(json: boolean, out: Context['out'], secret: Uint8Array, reveal: boolean): number {
  const shown = {
    address: getAddress(toHex(ownerAddress(secret))),
    key: toHex(memberKey(secret).key),
    ...(reveal ? { secret: toHex(secret) } : {}),
  }
  const lines = Object.entries(shown).map(([name, value]) => `${name} ${value}\n`)
  out.write(json ? `${JSON.stringify(shown)}\n` : lines.join(''))
  return 0
}

/** Says of which argument a key was refused. */
function refusing<T>(argument: string, use: () => T): T {
  try {
    return use()
  } catch (error) {
    if (error instanceof KeyRefused) throw new CliError({ code: 'ARGUMENT_INVALID', argument, reason: error.message })
    throw error
  }
}

export const keysGenerate: CommandDefinition = {
  name: 'keys generate',
  about: 'Make a secret key; prints its address and its member key.',
  keys,
  run: async (context) => tell(context, randomBytes(32)),
}

export const keysDerive: CommandDefinition = {
  name: 'keys derive',
  about: 'Derive a secret key from the phrase in a file.',
  args: [{ name: '<phrase-file>', about: 'File that holds the words.' }],
  keys: [...keys, 'keys.index'],
  async run(context, [path]) {
    const derived = mnemonicToAccount(phraseIn(path as string), { addressIndex: context.config.keys.index })
    return tell(context, derived.getHdKey().privateKey as Uint8Array)
  },
}

function phraseIn(path: string): string {
  const argument = 'phrase-file'
  try {
    const phrase = readFileSync(path, 'utf8').trim()
    mnemonicToAccount(phrase)
    return phrase
  } catch {
    // The library's message would show the words.
    throw new CliError({ code: 'ARGUMENT_INVALID', argument, reason: `${path} holds no phrase` })
  }
}

export const keysShow: CommandDefinition = {
  name: 'keys show',
  about: 'Show address and member key of a key file.',
  args: [{ name: '<key-file>', about: 'File written by `keys generate` or `keys derive`.' }],
  keys: ['keys.reveal', 'run.json'],
  async run({ config, out }, [path]) {
    const secret = refusing('key-file', () => readKeyFile(path as string))
    return show(config.run.json, out, secret, config.keys.reveal)
  },
}
