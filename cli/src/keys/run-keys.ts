import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { memberKey, ownerAddress } from '@parley/protocol'
import { systemReason } from '@parley/runtime/files'
import { getAddress, toHex } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { keyFileArgument, refusing } from '../action/arguments.ts'
import { writeKeyFile } from '../config/key-file.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'

/** Tells the address; the secret goes to the file asked for, or to standard output if that was asked for. */
function tell({ config, out }: Context, secret: Uint8Array): number {
  if (config.run.out === undefined && !config.keys.reveal)
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: '--out', reason: 'is needed unless --reveal is given' })
  if (config.run.out !== undefined) refusing('--out', () => writeKeyFile(config.run.out as string, secret))
  return show(config.run.json, out, secret, config.keys.reveal)
}

/** What is public says so: a line of hexadecimal digits looks like a secret. */
const labels = { address: 'address', memberKey: 'member key (public)', secret: 'SECRET' } as const

function show(json: boolean, out: Context['out'], secret: Uint8Array, reveal: boolean): number {
  const shown = {
    address: getAddress(toHex(ownerAddress(secret))),
    memberKey: toHex(memberKey(secret).key),
    ...(reveal ? { secret: toHex(secret) } : {}),
  }
  const lines = Object.entries(shown).map(
    ([name, value]) => `${labels[name as keyof typeof shown].padEnd(21)}${value}\n`,
  )
  out.write(json ? `${JSON.stringify(shown)}\n` : lines.join(''))
  return 0
}

/** Makes a key. */
export function generateKey(context: Context): number {
  return tell(context, randomBytes(32))
}

/** Derives a key from the phrase in a file, as wallets do. */
export function deriveKey(context: Context, path: string): number {
  const derived = mnemonicToAccount(phraseIn(path), { addressIndex: context.config.keys.index })
  return tell(context, derived.getHdKey().privateKey as Uint8Array)
}

/** Shows what is public of a key file. */
export function showKey({ config, out }: Context, path: string): number {
  const secret = keyFileArgument('key-file', path)
  return show(config.run.json, out, secret, config.keys.reveal)
}

function phraseIn(path: string): string {
  const refused = (reason: string) => new CliError({ code: 'ARGUMENT_INVALID', argument: 'phrase-file', reason })
  // What stands where a path should is shown, and a phrase must not be.
  if (/\S(\s+\S+){11}/.test(path)) throw refused('must be the path of a file, and is a phrase itself')
  let phrase: string
  try {
    phrase = readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw refused(`${path} cannot be read: ${systemReason(error)}`)
  }
  try {
    mnemonicToAccount(phrase)
  } catch {
    // The library's message would show the words.
    throw refused(`${path} holds no phrase`)
  }
  return phrase
}
