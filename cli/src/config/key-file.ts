import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { systemReason } from '@parley/runtime/files'

/** Why a key was not taken; never says anything of the key. */
export class KeyRefused extends Error {
  override readonly name = 'KeyRefused'
}

/** Others may not touch it at all, the group may read: so secrets are mounted, by symbolic links, with mode 440 or 640. */
const tooOpen = 0o027

/** Keys are numbers from 1 to below this: the order of secp256k1. */
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** Reads 64 hexadecimal digits, with or without 0x; spaces, line ends and a byte-order mark around them are no part of it. @throws {KeyRefused}. */
export function parseKey(given: string): Uint8Array {
  const text = given.replace(/^\uFEFF/, '').trim()
  const digits = /^(?:0x)?([0-9a-fA-F]{64})$/.exec(text)?.[1]
  if (digits === undefined) throw new KeyRefused('must be 0x and 64 hexadecimal digits, or file:PATH')
  const number = BigInt(`0x${digits}`)
  if (number === 0n || number >= order)
    throw new KeyRefused('is no key of secp256k1: it is zero, or not below the order of the curve')
  return Buffer.from(digits, 'hex')
}

/** Reads a key file: one line, readable by its owner and at most its group. @throws {KeyRefused}. */
export function readKeyFile(path: string): Uint8Array {
  return parseKey(readSecretFile(path))
}

/** Reads a file that its owner and at most its group can read. @throws {KeyRefused}. */
export function readSecretFile(path: string): string {
  // What stands where a path should is shown, and a key must not be.
  if (/^(?:0x)?[0-9a-fA-F]{60,70}$/.test(path))
    throw new KeyRefused('must be the path of a key file, and is a key itself')
  try {
    const file = openSync(path, 'r')
    try {
      if ((fstatSync(file).mode & tooOpen) !== 0)
        throw new KeyRefused(`${path} must have mode 600, or 640 or 440 where a secret is mounted for a group`)
      return readFileSync(file, 'utf8')
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (error instanceof KeyRefused) throw error
    throw new KeyRefused(`${path} cannot be read: ${systemReason(error)}`, { cause: error })
  }
}

/** Writes a key file with mode 600; never over an existing one. @throws {KeyRefused}. */
export function writeKeyFile(path: string, secret: Uint8Array): void {
  try {
    writeFileSync(path, `0x${Buffer.from(secret).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    throw new KeyRefused(`${path} cannot be written: ${systemReason(error)}`, { cause: error })
  }
}
