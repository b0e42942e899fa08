import { CliError } from '../faults.ts'
import { type ConfigOf, configOf, keysOf, type Settings, settingOf, variableOf } from './config.ts'
import { deploymentChain, deploymentLayers, deploymentPlaces } from './deployment-places.ts'
import { parseFile } from './parse-file.ts'

/** Where a value came from, for faults and for `parley config`. */
export type Source = 'fallback' | `file ${string}` | `variable ${string}` | `flag --${string}`

export interface LoadedConfig<C> {
  readonly config: C
  /** Where the value of each key came from; keys without a value are missing. */
  readonly sources: ReadonlyMap<string, Source>
}

export interface ConfigSources {
  /** Values of flags as typed, by key. */
  readonly flags: ReadonlyMap<string, string>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Paths of TOML or, ending in .json, JSON files; later ones count more. */
  readonly files: readonly string[]
  /** Path of a deployment file: where its contracts are and what its chain takes count less than what any other source says. */
  readonly deployment?: string | undefined
  /** What keys are when no source names them, in place of their settings’ fallbacks. */
  readonly fallbacks?: Readonly<Record<string, unknown>> | undefined
}

/** Variable that names one more file, which counts less than all others; the only one beside those of keys. */
const fileVariable = 'PARLEY_CONFIG'

interface Raw {
  readonly value: unknown
  readonly source: Source
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function sectionsIn(path: string): Record<string, unknown> {
  const parsed = parseFile(path, path.endsWith('.json') ? 'json' : 'toml')
  if (isTable(parsed)) return parsed
  throw new CliError({ code: 'CONFIG_FILE_UNREADABLE', path, reason: 'it holds no table of sections' })
}

function fromFile(settings: Settings, path: string, into: Map<string, Raw>): void {
  const known: ReadonlySet<string> = new Set(keysOf(settings))
  const source: Source = `file ${path}`
  for (const [section, table] of Object.entries(sectionsIn(path))) {
    if (!isTable(table)) throw new CliError({ code: 'CONFIG_KEY_UNKNOWN', key: section, source })
    for (const [name, value] of Object.entries(table)) {
      const key = `${section}.${name}`
      if (!known.has(key)) throw new CliError({ code: 'CONFIG_KEY_UNKNOWN', key, source })
      into.set(key, { value, source })
    }
  }
}

/** Variables that Kubernetes sets for each Service of a namespace, after its name. */
const serviceLink = /_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_\d+_[A-Z]+(?:_[A-Z]+)?)?)$/
const serviceAddress = /^(?:tcp|udp|sctp):\/\//
const ofKubernetes =
  ', which Kubernetes sets for a Service whose name begins with parley: set enableServiceLinks: false in the pod’s spec'

function fromEnvironment(settings: Settings, env: ConfigSources['env'], into: Map<string, Raw>): void {
  const variables = new Map<string, string>(keysOf(settings).map((key) => [variableOf(key), key]))
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('PARLEY_') || name === fileVariable || text === undefined) continue
    const key = variables.get(name)
    const isOfKubernetes = serviceLink.test(name) && (key === undefined || serviceAddress.test(text))
    if (key === undefined || isOfKubernetes) {
      const cure = isOfKubernetes ? ofKubernetes : ''
      throw new CliError({ code: 'CONFIG_KEY_UNKNOWN', key: name, source: `variable ${name}${cure}` })
    }
    into.set(key, { value: settingOf(settings, key).fromText(text), source: `variable ${name}` })
  }
}

function checked(settings: Settings, key: string, { value, source }: Raw): unknown {
  const result = settingOf(settings, key).schema.safeParse(value)
  if (result.success) return result.data
  const reason = result.error.issues[0]?.message ?? 'is refused'
  throw new CliError({ code: 'CONFIG_VALUE_INVALID', key, source, reason })
}

/**
 * Reads every key: a flag counts more than a variable, a variable more than the file, the file more than the fallback.
 * @throws {CliError} `CONFIG_FILE_UNREADABLE`, `CONFIG_KEY_UNKNOWN`, `CONFIG_VALUE_INVALID`, each naming the source.
 */
export function loadConfig<S extends Settings>(
  settings: S,
  { flags, env, files, deployment, fallbacks = {} }: ConfigSources,
): LoadedConfig<ConfigOf<S>> {
  const raw = new Map<string, Raw>()
  if (deployment !== undefined) {
    const source = `file ${deployment}` as const
    for (const [key, value] of Object.entries(deploymentChain(deployment))) raw.set(key, { value, source })
    for (const [name, value] of Object.entries(deploymentPlaces(deployment))) raw.set(`l2.${name}`, { value, source })
    for (const [key, text] of deploymentLayers(deployment))
      raw.set(key, { value: settingOf(settings, key).fromText(text), source })
  }
  const standing = env[fileVariable]
  for (const path of standing === undefined ? files : [standing, ...files]) fromFile(settings, path, raw)
  fromEnvironment(settings, env, raw)
  for (const [key, text] of flags) {
    const { flag, fromText } = settingOf(settings, key)
    raw.set(key, { value: fromText(text), source: `flag --${flag}` })
  }
  const values = new Map<string, unknown>()
  const sources = new Map<string, Source>()
  for (const key of keysOf(settings)) {
    const given = raw.get(key)
    const fallback = fallbacks[key] ?? settingOf(settings, key).fallback
    if (given !== undefined) {
      values.set(key, checked(settings, key, given))
      sources.set(key, given.source)
    } else if (fallback !== undefined) {
      values.set(key, fallback)
      sources.set(key, 'fallback')
    }
  }
  return { config: configOf(settings, values), sources }
}
