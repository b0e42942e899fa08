import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  type ChainFile,
  chainFiles,
  chainPreset,
  chainSettings,
  checkChainFile,
  checkWindows,
  forcedInclusionOf,
  parseChainFile,
  presets,
} from '../src/index.ts'

const folder = new URL('../l2/', import.meta.url)
const read = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))
const opSepolia = read('op-sepolia')

describe('files of chains', () => {
  test('files of chains › each is a preset under its own name, and no other is', () => {
    const names = readdirSync(folder).flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -5)] : []))
    expect(names.sort()).toEqual(Object.keys(chainFiles).sort())
    for (const name of names) {
      expect(read(name).name).toBe(name)
      expect(Object.keys(presets)).toContain(name)
      expect(chainSettings(name)).toEqual(read(name).settings)
    }
  })

  test('files of chains › name a source for every fact about the chain', () => {
    for (const file of Object.values(chainFiles)) {
      const said = Object.keys(file.sources).join(', ')
      for (const field of ['chainId', 'l1', 'blockSeconds', 'sequencerWindow', 'leastBlockGas'])
        expect(said.split(', ')).toContain(field)
    }
  })

  test.each(Object.values(chainFiles))('files of chains › $name takes what contracts and adapters demand', (file) => {
    expect(() => checkChainFile(file)).not.toThrow()
    expect(() => checkWindows(chainPreset(file))).not.toThrow()
  })

  test('forced inclusion › counts L1 blocks, of which some slots have none', () => {
    const l1 = { ...chainFiles['op-sepolia'].l1, slotSeconds: 12, missedSlotsPercent: 0 }
    expect(forcedInclusionOf({ sequencerWindow: 3600, l1 })).toBe(43_200)
    expect(forcedInclusionOf({ sequencerWindow: 3600, l1: { ...l1, missedSlotsPercent: 20 } })).toBe(54_000)
  })

  test.each([
    ['version', { ...opSepolia, version: 2 }],
    ['name', { ...opSepolia, name: 'OP Sepolia' }],
    ['chainId', { ...opSepolia, chainId: 11_155_420 }],
    ['chainId', { ...opSepolia, chainId: '0' }],
    ['l1.missedSlotsPercent', { ...opSepolia, l1: { ...opSepolia.l1, missedSlotsPercent: 100 } }],
    ['settings.l2.maxFeeGwei', { ...opSepolia, settings: { ...opSepolia.settings, 'l2.maxFeeGwei': 0 } }],
    ['settings', { ...opSepolia, settings: { ...opSepolia.settings, 'l2.key': 'x' } }],
    [
      'contracts.windows.answer',
      { ...opSepolia, contracts: { ...opSepolia.contracts, windows: { ...opSepolia.contracts.windows, answer: -1 } } },
    ],
    ['(file)', { ...opSepolia, more: 1 }],
    ['(file)', []],
  ])('files of chains › a wrong %s is refused', (field, json) => {
    expect(() => parseChainFile(json)).toThrowError(
      expect.objectContaining({
        fault: expect.objectContaining({ code: 'CHAIN_FILE_INVALID', field: expect.stringContaining(field) }),
      }),
    )
  })

  const spoilt = (change: (file: ChainFile) => Partial<ChainFile>): ChainFile => {
    const file = chainFiles['op-sepolia']
    return { ...file, ...change(file) }
  }

  test.each([
    ['l1.blobEpochs', spoilt(({ l1 }) => ({ l1: { ...l1, blobEpochs: 1_000 } }))],
    ['settings.da.confirmations', spoilt(({ settings }) => ({ settings: { ...settings, 'da.confirmations': 97 } }))],
  ])('files of chains › a %s that adapters cannot live with is refused', (field, file) => {
    expect(() => checkChainFile(file)).toThrowError(
      expect.objectContaining({ fault: expect.objectContaining({ code: 'CHAIN_FILE_INVALID', field }) }),
    )
  })

  test('files of chains › windows that slots without blocks outlast are refused', () => {
    const file = spoilt(({ l1 }) => ({ l1: { ...l1, missedSlotsPercent: 60 } }))
    expect(() => checkWindows(chainPreset(file))).toThrowError(
      expect.objectContaining({ fault: expect.objectContaining({ code: 'WINDOW_TOO_SHORT', minimum: 108_001 }) }),
    )
  })
})
