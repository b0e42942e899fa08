import { ExplorerError } from '../faults.ts'

type Hex = `0x${string}`

/** Whom the explorer asks, and by what it measures the answers. */
export interface Settings {
  /** Node that is looked at; a path such as `.` is of the page's own origin. */
  readonly node: string
  /** L2 that roots are compared with. Without it nothing is called claimed or final. */
  readonly l2Url?: string
  /** The rollup's contract there. */
  readonly rollup?: Hex
  /** Contact directory on the L2, for contacts. */
  readonly directory?: Hex
  /** Sequencer, whose own account of its head is shown beside the node's. */
  readonly sequencer?: string
}

/** A field of the settings. */
export type SettingName = keyof Settings

const urls: readonly SettingName[] = ['node', 'l2Url', 'sequencer']
/** In the order in which they are asked for. */
export const settingNames: readonly SettingName[] = ['node', 'l2Url', 'rollup', 'directory', 'sequencer']

const addressPattern = /^0x[0-9a-fA-F]{40}$/

/**
 * Reads settings; empty texts are left out.
 * @param base - Address of the page, which paths are of.
 * @throws {ExplorerError} `SETTINGS_INVALID` with the field.
 */
export function settingsOf(value: unknown, base?: string): Settings {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('settings', 'they must be an object')
  const given = Object.entries(value).filter(([, each]) => each !== '' && each !== undefined)
  const read = given.map(([name, each]) => {
    const known = settingNames.find((setting) => setting === name)
    if (known === undefined) throw invalid(name, 'there is no such field')
    return [known, urls.includes(known) ? urlOf(known, each, base) : addressOf(known, each)] as const
  })
  const settings = Object.fromEntries(read) as Partial<Settings>
  const { node } = settings
  if (node === undefined) throw invalid('node', 'it must be there')
  if ((settings.l2Url === undefined) !== (settings.rollup === undefined))
    throw invalid(settings.l2Url === undefined ? 'l2Url' : 'rollup', 'an L2 and a rollup on it come together')
  return { ...settings, node }
}

function urlOf(field: SettingName, value: unknown, base: string | undefined): string {
  const url = typeof value === 'string' ? URL.parse(value, base) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw invalid(field, 'it must be a URL of http or https')
  return url.href.replace(/\/$/, '')
}

function addressOf(field: SettingName, value: unknown): string {
  if (typeof value === 'string' && addressPattern.test(value)) return value
  throw invalid(field, 'it must be 0x and 40 hexadecimal digits')
}

const invalid = (field: string, reason: string): ExplorerError =>
  new ExplorerError({ code: 'SETTINGS_INVALID', field, reason })
