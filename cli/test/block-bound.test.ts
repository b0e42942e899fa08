import { describe, expect, test } from 'vitest'
import { layerNames, parsePolicy } from '../src/config/da-policy.ts'
import { segmentsPerBlock } from '../src/role/block-bound.ts'

test.each([
  { layer: 'local', asked: undefined, expected: 1_024 },
  { layer: 'local', asked: 700, expected: 700 },
  { layer: 'ethereum-blobs', asked: undefined, expected: 380 },
  { layer: 'ethereum-blobs', asked: 380, expected: 380 },
  { layer: 'celestia', asked: undefined, expected: 1_024 },
  { layer: 'alt-da', asked: undefined, expected: 1_024 },
  { layer: 'alt-da', asked: undefined, altDaMaxBytes: 780_252, expected: 380 },
  // Wherever a part may go, a block must fit.
  { layer: 'celestia:ethereum-blobs', asked: undefined, expected: 380 },
  { layer: 'core=local,witness=celestia:local:ethereum-blobs', asked: undefined, expected: 380 },
] as const)('segmentsPerBlock › $asked on $layer is $expected', ({ layer, asked, expected, ...rest }) => {
  expect(segmentsPerBlock({ layer: parsePolicy(layer), altDaMaxBytes: 4_194_304, ...rest }, asked)).toBe(expected)
})

test('segmentsPerBlock › more than a publication carries is refused, naming the bound', () => {
  expect(() =>
    segmentsPerBlock({ layer: parsePolicy('celestia:ethereum-blobs'), altDaMaxBytes: 4_194_304 }, 381),
  ).toThrow(
    expect.objectContaining({
      fault: expect.objectContaining({
        code: 'CONFIG_VALUE_INVALID',
        key: 'sequencer.maxSegments',
        reason: '381, and a publication on ethereum-blobs takes 380 segments at most',
      }),
    }),
  )
})

describe('start', () => {
  test('bound is the minimum', () => {
    const bound = (layer: string) => segmentsPerBlock({ layer: parsePolicy(layer), altDaMaxBytes: 300_000 }, undefined)
    const alone = Object.fromEntries(layerNames.map((name) => [name, bound(name)]))
    for (const first of layerNames)
      for (const second of layerNames) {
        if (first === second) continue
        const least = Math.min(alone[first] as number, alone[second] as number)
        // A fallback, and the other part's layer, bound a block as the first one does.
        expect(bound(`${first}:${second}`), `${first}:${second}`).toBe(least)
        expect(bound(`core=${first},witness=${second}`), `core=${first},witness=${second}`).toBe(least)
      }
    expect(new Set(Object.values(alone)).size).toBeGreaterThan(2)
  })
})
