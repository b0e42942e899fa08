import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { priceRulesOf } from '../src/deployment/deploy.ts'
import { presets } from '../src/index.ts'

const snapshot = (name: string): Readonly<Record<string, string>> =>
  JSON.parse(readFileSync(new URL(`../../contracts/snapshots/${name}.json`, import.meta.url), 'utf8'))

const bare = Number(snapshot('GasTest')['claim, pointers of 200 bytes'])
const certified = Number(snapshot('CommitteeGasTest')['claim, one certificate of 3 of 4'])

test.each(Object.values(presets))('price rules › of $name count what a claim takes, certified or not', (preset) => {
  const dataCommittee = new Uint8Array(20).fill(1)
  for (const [measured, { claimGas }] of [
    [bare, priceRulesOf({ preset })],
    [certified, priceRulesOf({ preset, dataCommittee })],
  ] as const) {
    expect(claimGas).toBeGreaterThanOrEqual(measured)
    expect(claimGas).toBeLessThan(measured * 1.05)
  }
  expect({ ...priceRulesOf({ preset, dataCommittee }), claimGas: 0 }).toEqual({
    ...priceRulesOf({ preset }),
    claimGas: 0,
  })
})
