import type { DataAvailability } from '@parley/protocol'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import type { Key } from '../src/config/config.ts'
import type { LayerName } from '../src/config/da-policy.ts'
import { loadConfig } from '../src/config/load.ts'
import { settings } from '../src/config/settings.ts'
import { agreed } from '../src/role/batch-layers.ts'
import { policyKeys } from '../src/role/policy-keys.ts'

const unused = () => Promise.reject(new Error('is not used'))

const layer = (number: number, retentionSeconds: number): DataAvailability => ({
  layer: number,
  name: `layer ${number}`,
  limits: () => ({ maxBytes: 1_000_000, retentionSeconds, maxInFlight: 1, unitBytes: 1 }),
  quote: unused,
  submit: unused,
  retrieve: unused,
  abandon: unused,
  status: unused,
  audit: unused,
  close: async () => undefined,
})

const day = 86_400
const terms = { longestFinality: 7 * day, dataQuoted: true }

/** Lines that were logged while a policy and a deployment were held against each other. */
function logged(
  policy: string,
  opened: ReadonlyMap<LayerName, DataAvailability | undefined>,
  deployed = terms,
  ...more: readonly [Key, string][]
): Record<string, unknown>[] {
  const rollup: [Key, string] = ['l2.rollup', `0x${'12'.repeat(20)}`]
  const flags = new Map<Key, string>([['da.layer', policy], rollup, ...more])
  const { config } = loadConfig(settings, { flags, env: {}, files: [] })
  const lines: Record<string, unknown>[] = []
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) })
  expect([...agreed({ config, log }, deployed, opened).keys()]).toEqual([...opened.keys()])
  return lines
}

describe('start', () => {
  test('policy and deployment agree', () => {
    const blobs = new Map([['ethereum-blobs', layer(1, 18 * day)]] as const)
    const other = new Map([['alt-da', layer(5, 30 * day)]] as const)
    expect(logged('ethereum-blobs', blobs)).toEqual([])
    expect(logged('alt-da', other)).toEqual([])
    // Prices that follow blobs say nothing of another layer's.
    expect(logged('ethereum-blobs', blobs, { ...terms, dataQuoted: false })).toEqual([])
    expect(logged('alt-da', other, { ...terms, dataQuoted: false })).toMatchObject([
      { level: 40, layers: ['alt-da'], msg: expect.stringContaining('prices of data') },
    ])
    expect(() => logged('committee', new Map([['committee', undefined]]))).toThrow(
      expect.objectContaining({
        fault: expect.objectContaining({
          code: 'DEPLOYMENT_UNKNOWN',
          reason: expect.stringContaining('no data committee'),
        }),
      }),
    )
  })

  test('a layer that forgets before claims are final needs an archive, whatever it is', () => {
    const short = new Map([['alt-da', layer(5, 7 * day)]] as const)
    expect(() => logged('alt-da', short)).toThrow(
      expect.objectContaining({
        fault: {
          code: 'CONFIG_VALUE_INVALID',
          key: 'da.layer',
          source: 'configuration',
          reason: `alt-da keeps data for ${7 * day} seconds, claims may need it for ${8 * day}: name an archive in archive.urls`,
        },
      }),
    )
    expect(logged('alt-da', short, terms, ['archive.urls', 'http://127.0.0.1:1'])).toEqual([])
  })
})

test('policyKeys › a shadow layer is one that no part goes to, with all that publishing there takes', () => {
  const keysOf = (...flags: readonly [Key, string][]) =>
    policyKeys(loadConfig(settings, { flags: new Map(flags), env: {}, files: [] }))
  expect(keysOf(['da.layer', 'alt-da'], ['da.shadow', 'celestia'])).toEqual([
    'da.altDaUrl',
    'da.celestiaUrl',
    'da.celestiaChainId',
    'da.celestiaToken',
  ])
  expect(() => keysOf(['da.layer', 'alt-da:celestia'], ['da.shadow', 'celestia'])).toThrow(
    expect.objectContaining({ fault: expect.objectContaining({ code: 'CONFIG_VALUE_INVALID', key: 'da.shadow' }) }),
  )
  expect(() => keysOf(['da.layer', 'alt-da'], ['da.shadow', 'local'])).toThrow(
    expect.objectContaining({ fault: expect.objectContaining({ key: 'da.layer' }) }),
  )
})
