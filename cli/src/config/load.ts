import { readFileSync } from 'node:fs'
import { parse as parseToml } from 'smol-toml'
import { CliError } from '../faults.ts'
import { type Config, configOf, type Key, keys, settingOf, variableOf } from './config.ts'

/** Where a value came from, for faults and for `parley config`. */
export type Source = 'fallback' | `file ${string}` | `variable ${string}` | `flag --${string}`

export interface LoadedConfig {
  readonly config: Config
  /** Where each value came from; keys without a value are missing. */
  readonly sources: ReadonlyMap<Key, Source>
}

export interface ConfigSources {
  /** Values of flags as typed, by key. */
  readonly flags: ReadonlyMap<Key, string>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Paths of TOML or, ending in .json, JSON files; later ones count more. */
  readonly files: readonly string[]
}

/** Variable that names one more file, which counts less than all others; the only one beside those of keys. */
const fileVariable = 'PARLEY_CONFIG'

interface Raw {
  readonly value: unknown
  readonly source: Source
}

const known: ReadonlySet<string> = new Set(keys)
const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parseFile(path: string): Record<string, unknown> {
  let parsed: unknown
  try {
    const content = readFileSync(path, 'utf8')
    parsed = path.endsWith('.json')
      ? JSON.parse(content)
      : parseToml(content, { integersAsBigInt: 'asNeeded', unsafeKeyBehaviour: 'throw' })
  } catch (cause) {
    throw new CliError({ code: 'CONFIG_FILE_UNREADABLE', path, reason: (cause as Error).message }, { cause })
  }
  if (isTable(parsed)) return parsed
  throw new CliError({ code: 'CONFIG_FILE_UNREADABLE', path, reason: 'it holds no table of sections' })
}

function fromFile(path: string, into: Map<Key, Raw>): void {
  const source: Source = `file ${path}`
  for (const [section, table] of Object.entries(parseFile(path))) {
    if (!isTable(table)) throw new CliError({ code: 'CONFIG_KEY_UNKNOWN', key: section, source })
    for (const [name, value] of Object.entries(table)) {
      const key = `${section}.${name}`
      if (!known.has(key)) throw new CliError({ code: 'CONFIG_KEY_UNKNOWN', key, source })
      into.set(key as Key, { value, source })
    }
  }
}

function fromEnvironment(env: ConfigSources['env'], into: Map<Key, Raw>): void {
  const variables = new Map(keys.map((key) => [variableOf(key), key]))
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('PARLEY_') || name === fileVariable || text === undefined) continue
    const key = variables.get(name)
    if (key === undefined) throw new CliError({ code: 'CONFIG_KEY_UNKNOWN', key: name, source: `variable ${name}` })
    into.set(key, { value: settingOf(key).fromText(text), source: `variable ${name}` })
  }
}

function checked(key: Key, { value, source }: Raw): unknown {
  const result = settingOf(key).schema.safeParse(value)
  if (result.success) return result.data
  const reason = result.error.issues[0]?.message ?? 'is refused'
  throw new CliError({ code: 'CONFIG_VALUE_INVALID', key, source, reason })
}

/**
 * Reads every key: a flag counts more than a variable, a variable more than the file, the file more than the fallback.
 * @throws {CliError} `CONFIG_FILE_UNREADABLE`, `CONFIG_KEY_UNKNOWN`, `CONFIG_VALUE_INVALID`, each naming the source.
 */
export function loadConfig({ flags, env, files }: ConfigSources): LoadedConfig {
  const raw = new Map<Key, Raw>()
  const standing = env[fileVariable]
  for (const path of standing === undefined ? files : [standing, ...files]) fromFile(path, raw)
  fromEnvironment(env, raw)
  for (const [key, text] of flags) {
    const { flag, fromText } = settingOf(key)
    raw.set(key, { value: fromText(text), source: `flag --${flag}` })
  }
  const values = new Map<Key, unknown>()
  const sources = new Map<Key, Source>()
  for (const key of keys) {
    const given = raw.get(key)
    const { fallback } = settingOf(key)
    if (given !== undefined) {
      values.set(key, checked(key, given))
      sources.set(key, given.source)
    } else if (fallback !== undefined) {
      values.set(key, fallback)
      sources.set(key, 'fallback')
    }
  }
  return { config: configOf(values), sources }
}
