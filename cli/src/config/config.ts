import { CliError } from '../faults.ts'
import type { Defaulted, Setting } from './setting.ts'
import { settings } from './settings.ts'

/** A configuration key, `section.name`. */
export type Key = keyof typeof settings

export const keys = Object.keys(settings) as Key[]

type Given<S> = S extends Defaulted<infer T> ? T : S extends Setting<infer T> ? T | undefined : never
type SectionOf<K> = K extends `${infer Section}.${string}` ? Section : never

/** What a key holds once all sources are read; undefined where none gave a value and there is no fallback. */
export type Value<K extends Key> = Given<(typeof settings)[K]>

/** All values by section and name. Frozen. */
export type Config = {
  readonly [S in SectionOf<Key>]: {
    readonly [K in Key as K extends `${S}.${infer Name}` ? Name : never]: Value<K>
  }
}

/** Environment variable of a key: `l1.beaconUrl` is PARLEY_L1_BEACON_URL. */
export function variableOf(key: Key): string {
  return `PARLEY_${key.replace('.', '_').replace(/[A-Z]/g, (letter) => `_${letter}`)}`.toUpperCase()
}

export function settingOf(key: Key): Setting<unknown> & { readonly fallback?: unknown } {
  return settings[key]
}

function split(key: Key): { section: keyof Config; name: string } {
  const [section, name] = key.split('.') as [keyof Config, string]
  return { section, name }
}

/** Value of a key that may have none. */
export function lookUp<K extends Key>(config: Config, key: K): Value<K> {
  const { section, name } = split(key)
  return (config[section] as Readonly<Record<string, unknown>>)[name] as Value<K>
}

/** Value of a key that the command cannot do without. @throws {CliError} `CONFIG_VALUE_MISSING`. */
export function needed<K extends Key>(config: Config, key: K): NonNullable<Value<K>> {
  const value = lookUp(config, key)
  if (value !== undefined && value !== null) return value
  const flag = settingOf(key).flag
  throw new CliError({
    code: 'CONFIG_VALUE_MISSING',
    key,
    variable: variableOf(key),
    flag: flag === undefined ? 'none' : `--${flag}`,
  })
}

/** Builds the frozen object out of one value a key. */
export function configOf(values: ReadonlyMap<Key, unknown>): Config {
  const config: Record<string, Record<string, unknown>> = {}
  for (const key of keys) {
    const { section, name } = split(key)
    config[section] ??= {}
    config[section][name] = values.get(key)
  }
  for (const section of Object.values(config)) Object.freeze(section)
  return Object.freeze(config) as Config
}
