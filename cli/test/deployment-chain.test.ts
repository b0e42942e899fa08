import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chainFiles, formatDeployment, presets } from '@parley/infra'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deploySettings } from '../src/config/deploy-settings.ts'
import { loadConfig } from '../src/config/load.ts'
import { settings } from '../src/config/settings.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'parley-deployment-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

function loaded(preset: string, flags: ReadonlyMap<string, string> = new Map()) {
  const deployment = join(directory, 'deployment.json')
  writeFileSync(deployment, formatDeployment({ preset, chainId: 901n, contracts: {} }))
  return loadConfig(settings, { flags, env: {}, files: [], deployment })
}

describe('the chain of a deployment', () => {
  test('can be chosen by its name, as every preset', () => {
    expect(deploySettings['deploy.preset'].values).toEqual(Object.keys(presets))
  })

  test.each(Object.values(chainFiles))('$name gives roles its settings, within their bounds', (file) => {
    const { config, sources } = loaded(file.name)
    for (const [key, value] of Object.entries(file.settings)) {
      const [section, name] = key.split('.') as ['l2', 'maxFeeGwei']
      expect([key, config[section][name]]).toEqual([key, value])
      expect(sources.get(key as 'l2.maxFeeGwei')).toBe(`file ${join(directory, 'deployment.json')}`)
    }
  })

  test('counts less than any other source, and is nothing where a preset is for any chain', () => {
    expect(loaded('op-sepolia', new Map([['da.confirmations', '9']])).config.da.confirmations).toBe(9)
    for (const preset of ['production', 'constructor'])
      expect(loaded(preset).sources.get('da.confirmations')).toBe('fallback')
  })
})
