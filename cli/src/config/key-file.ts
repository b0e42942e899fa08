import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs'

/** Why a key was not taken; never says anything of the key. */
export class KeyRefused extends Error {
  override readonly name = 'KeyRefused'
}

const othersMayRead = 0o077

/** Reads 0x and 64 hexadecimal digits. @throws {KeyRefused}. */
export function parseKey(text: string): Uint8Array {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text)) throw new KeyRefused('must be 0x and 64 hexadecimal digits, or file:PATH')
  return Buffer.from(text.slice(2), 'hex')
}

/** Reads a key file: one line, readable by its owner only. @throws {KeyRefused}. */
export function readKeyFile(path: string): Uint8Array {
  let text: string
  try {
    const file = openSync(path, 'r')
    try {
      if ((fstatSync(file).mode & othersMayRead) !== 0) throw new KeyRefused(`${path} must have mode 600`)
      text = readFileSync(file, 'utf8')
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (error instanceof KeyRefused) throw error
    throw new KeyRefused(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`, { cause: error })
  }
  return parseKey(text.trimEnd())
}

/** Writes a key file with mode 600; never over an existing one. @throws {KeyRefused}. */
export function writeKeyFile(path: string, secret: Uint8Array): void {
  try {
    writeFileSync(path, `0x${Buffer.from(secret).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    throw new KeyRefused(`${path} cannot be written: ${(error as NodeJS.ErrnoException).code}`, { cause: error })
  }
}
