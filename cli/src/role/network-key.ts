import { writeFileSync } from 'node:fs'
import { systemReason } from '@parley/runtime/files'
import { KeyRefused, readSecretFile } from '../config/key-file.ts'
import { CliError } from '../faults.ts'

const digits = /^(?:[0-9a-f]{2}){1,256}$/

const refused = (reason: string) =>
  new CliError({ code: 'CONFIG_VALUE_INVALID', key: 'p2p.keyFile', source: 'the file', reason })

/**
 * The key that peers know this one by, which is made where there is none: a peer id does not change with restarts.
 * @throws {CliError} `CONFIG_VALUE_INVALID`.
 */
export async function networkKey(path: string, create: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    writeFileSync(path, `${Buffer.from(await create()).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    // One that is there is the one that is used.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw refused(`${path} cannot be written: ${systemReason(error)}`)
  }
  try {
    const text = readSecretFile(path).trim()
    if (!digits.test(text)) throw refused(`${path} must hold the hexadecimal digits of a key of libp2p`)
    return Buffer.from(text, 'hex')
  } catch (error) {
    if (error instanceof KeyRefused) throw refused(error.message)
    throw error
  }
}
