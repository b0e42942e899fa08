import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatDeployment, parseDeployment } from '@parley/infra'
import { DaLayer } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Key } from '../src/config/config.ts'
import { loadConfig } from '../src/config/load.ts'
import { settings } from '../src/config/settings.ts'
import { Closing } from '../src/role/closing.ts'
import { openLayers } from '../src/role/layers.ts'

const record = { preset: 'development', chainId: 901n, contracts: {} }

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'parley-deployment-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

function loaded(layers: Readonly<Record<string, string>>, ...flags: readonly [Key, string][]) {
  const deployment = join(directory, 'deployment.json')
  writeFileSync(deployment, formatDeployment({ ...record, layers }))
  return loadConfig(settings, { flags: new Map(flags), env: {}, files: [], deployment })
}

describe('layers of a deployment file', () => {
  const layers = {
    'da.altDaUrl': 'http://127.0.0.1:3100',
    'da.localUrl': 'http://127.0.0.1:9606/',
    'archive.urls': 'http://127.0.0.1:1,http://127.0.0.1:2',
  }

  test('are kept by what reads and writes the file, and left out where there are none', () => {
    expect(parseDeployment(formatDeployment({ ...record, layers }))).toEqual({ ...record, layers })
    expect(parseDeployment(formatDeployment(record))).toEqual(record)
  })

  test('are settings that count less than any other source', () => {
    const { config, sources } = loaded(layers, ['da.altDaUrl', 'http://127.0.0.1:4'])
    expect([config.da.altDaUrl, config.da.localUrl]).toEqual(['http://127.0.0.1:4', 'http://127.0.0.1:9606'])
    expect(config.archive.urls).toEqual(['http://127.0.0.1:1', 'http://127.0.0.1:2'])
    expect(sources.get('da.localUrl')).toBe(`file ${join(directory, 'deployment.json')}`)
  })

  test('give a node an adapter for each of them', async () => {
    const { config } = loaded(layers)
    const closing = new Closing()
    const deps = { config, clock: systemClock, log: pino({ level: 'silent' }), registry: new Registry() }
    const opened = await openLayers(deps, closing)
    await closing.close()
    expect([...opened.keys()].sort()).toEqual([DaLayer.local, DaLayer.altDa].sort())
  })

  test.each(['l2.key', 'l1.key', 'da.celestiaToken', 'da.layer', 'sequencer.url'])(
    'are nothing else: %s is refused by name',
    (key) => {
      expect(() => loaded({ [key]: 'http://127.0.0.1:1' })).toThrow(
        expect.objectContaining({
          fault: expect.objectContaining({ code: 'CONFIG_KEY_UNKNOWN', key: `layers.${key}` }),
        }),
      )
    },
  )

  test('are held to the bounds of their settings', () => {
    expect(() => loaded({ 'da.altDaUrl': 'ftp://127.0.0.1' })).toThrow(
      expect.objectContaining({ fault: expect.objectContaining({ code: 'CONFIG_VALUE_INVALID', key: 'da.altDaUrl' }) }),
    )
  })
})
