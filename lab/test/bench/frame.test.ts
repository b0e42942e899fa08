import { loadConfig } from '@parley/cli'
import { expect, test } from 'vitest'
import { benchFrame, repeatsOf, seedOf } from '../../src/bench/frame.ts'
import type { Key } from '../../src/config/settings.ts'
import { allSettings } from '../../src/config/settings.ts'

const configOf = (...flags: [Key, string][]) =>
  loadConfig(allSettings, { flags: new Map(flags), env: {}, files: [] }).config

test('bench frame › names everything that a figure hangs on', () => {
  const config = configOf(['run.verifier', 'portable'], ['load.seed', '7'], ['bench.quick', 'true'])
  const frame = benchFrame({ config }, { workload: 'one message', repeats: 3 })
  expect(frame).toMatchObject({ seed: '7', workload: 'one message', repeats: 3, quick: true })
  expect(frame.versions).toMatchObject({ node: process.versions.node, verifier: 'npm secp256k1' })
  expect(frame.versions.secp256k1).toMatch(/^\d+\.\d+\.\d+$/)
  expect(frame.cores).toBeGreaterThan(0)
  expect(frame.machine).not.toBe('')
  expect(frame.commit).toMatch(/^([0-9a-f]{40}(-dirty)?|unknown)$/)
})

test('bench frame › measures five times unless told otherwise', () => {
  expect(repeatsOf(configOf())).toBe(5)
  expect(repeatsOf(configOf(['bench.quick', 'true']))).toBe(2)
  expect(repeatsOf(configOf(['bench.quick', 'true'], ['bench.repeats', '9']))).toBe(9)
  expect(repeatsOf(configOf(), { full: 7, quick: 3 })).toBe(7)
})

test('bench frame › has a seed when none is given', () => {
  expect(seedOf(configOf())).toBe('1')
})
