import { readFileSync } from 'node:fs'
import type { MutualTls } from '@parley/api/server'
import { systemReason } from '@parley/runtime/files'
import { type Config, type Key, needed } from '../config/config.ts'
import { KeyRefused, readSecretFile } from '../config/key-file.ts'
import { CliError } from '../faults.ts'

/** By what signer and sequencer know each other. @throws {CliError} `CONFIG_VALUE_MISSING`, `CONFIG_VALUE_INVALID`. */
export function signerTls(config: Config): MutualTls {
  return {
    key: read(config, 'signer.tlsKey', readSecretFile),
    cert: read(config, 'signer.tlsCert', readText),
    ca: read(config, 'signer.tlsCa', readText),
  }
}

const readText = (path: string): string => readFileSync(path, 'utf8')

function read(config: Config, key: Extract<Key, `signer.tls${string}`>, from: (path: string) => string): string {
  const path = needed(config, key)
  try {
    return from(path)
  } catch (error) {
    const reason = error instanceof KeyRefused ? error.message : `${path} cannot be read: ${systemReason(error)}`
    throw new CliError({ code: 'CONFIG_VALUE_INVALID', key, source: 'the configuration', reason })
  }
}
