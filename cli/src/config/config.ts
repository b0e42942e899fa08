import { CliError } from '../faults.ts'
import type { Defaulted, Setting } from './setting.ts'
import { settings } from './settings.ts'

/** Settings by key, `section.name`. */
export type Settings = Readonly<Record<`${string}.${string}`, Setting<unknown> & { readonly fallback?: unknown }>>

/** A configuration key, `section.name`. */
export type KeyOf<S> = keyof S & string

type Given<S> = S extends Defaulted<infer T> ? T : S extends Setting<infer T> ? T | undefined : never
type SectionOf<K> = K extends `${infer Section}.${string}` ? Section : never

/** All values of settings by section and name; undefined where no source gave one and there is no fallback. Frozen. */
export type ConfigOf<S> = {
  readonly [Section in SectionOf<keyof S>]: {
    readonly [K in keyof S as K extends `${Section}.${infer Name}` ? Name : never]: Given<S[K]>
  }
}

/** A key that the command itself knows, without the laboratory's. */
export type Key = KeyOf<typeof settings>
export type Config = ConfigOf<typeof settings>

/** Environment variable of a key: `l1.beaconUrl` is PARLEY_L1_BEACON_URL. */
export function variableOf(key: string): string {
  return `PARLEY_${key.replace('.', '_').replace(/[A-Z]/g, (letter) => `_${letter}`)}`.toUpperCase()
}

export const keysOf = (of: Settings): (keyof Settings)[] => Object.keys(of) as (keyof Settings)[]

/** The setting of a key that exists. @throws {RangeError} for any other. */
export function settingOf(of: Settings, key: string): Settings[keyof Settings] {
  const found = of[key as keyof Settings]
  if (found === undefined) throw new RangeError(`no setting is called ${key}`)
  return found
}

/** Value of a key that may have none. */
export function lookUp(config: object, key: string): unknown {
  const [section, name] = key.split('.') as [string, string]
  return (config as Readonly<Record<string, Readonly<Record<string, unknown>>>>)[section]?.[name]
}

/** For values that a command cannot do without: the function it makes throws `CONFIG_VALUE_MISSING`. */
export function neededOf<S extends Settings>(of: S) {
  return <K extends KeyOf<S>>(config: ConfigOf<S>, key: K): NonNullable<Given<S[K]>> => {
    const value = lookUp(config, key)
    if (value !== undefined && value !== null) return value as NonNullable<Given<S[K]>>
    const { flag } = settingOf(of, key)
    const missing = { key, variable: variableOf(key), flag: flag === undefined ? 'none' : `--${flag}` }
    throw new CliError({ code: 'CONFIG_VALUE_MISSING', ...missing })
  }
}

/** Value of a key that the command cannot do without. @throws {CliError} `CONFIG_VALUE_MISSING`. */
export const needed = neededOf(settings)

/** Whether a key has a value, or a fallback. */
export function isGiven(config: Config, key: Key): boolean {
  const value = lookUp(config, key)
  return value !== undefined && value !== null
}

/** Builds the frozen object out of one value a key. */
export function configOf<S extends Settings>(of: S, values: ReadonlyMap<string, unknown>): ConfigOf<S> {
  const config: Record<string, Record<string, unknown>> = {}
  for (const key of keysOf(of)) {
    const [section, name] = key.split('.') as [string, string]
    config[section] ??= {}
    config[section][name] = values.get(key)
  }
  for (const section of Object.values(config)) Object.freeze(section)
  return Object.freeze(config) as ConfigOf<S>
}
