import { readFileSync } from 'node:fs'
import { systemReason } from '@parley/runtime/files'
import { parse as parseToml, TomlError } from 'smol-toml'
import { CliError } from '../faults.ts'

/**
 * Parses a TOML or JSON file. A slip is told by its place: parsers show the text around it, which may
 * be a secret's, so neither that nor the parser's error goes on.
 * @throws {CliError} `CONFIG_FILE_UNREADABLE`.
 */
export function parseFile(path: string, form: 'toml' | 'json'): unknown {
  const unreadable = (reason: string) => new CliError({ code: 'CONFIG_FILE_UNREADABLE', path, reason })
  let text: string
  try {
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    throw unreadable(systemReason(error))
  }
  if (form === 'json') {
    try {
      return JSON.parse(text)
    } catch (error) {
      throw unreadable(`is no JSON${jsonPlace(error as Error)}`)
    }
  }
  try {
    return parseToml(text, { integersAsBigInt: 'asNeeded', unsafeKeyBehaviour: 'throw' })
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    throw unreadable(`is no TOML: ${tomlSlip(error)} (line ${error.line}, column ${error.column})`)
  }
}

/** The parser's words for a slip, which are followed by the lines around it. */
function tomlSlip({ message }: TomlError): string {
  const [first = ''] = message.split('\n')
  return first.replace('Invalid TOML document: ', '')
}

/** Where the parser stopped, if it says so. */
function jsonPlace({ message }: Error): string {
  const place = /\(line \d+ column \d+\)$/.exec(message)
  return place === null ? '' : ` ${place[0]}`
}
