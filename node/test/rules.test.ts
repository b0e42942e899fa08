import { knownRules, type RulesVersion } from '@parley/protocol'
import { expect, test } from 'vitest'
import { config } from './support/chain.ts'
import { Rig, until } from './support/rig.ts'
import { startsNodes } from './support/started.ts'

const started = startsNodes()

/** Two claims, the second of which begins where these rules do. */
function between(change: Partial<RulesVersion>): { readonly rig: Rig; readonly version: RulesVersion } {
  const before = new Rig()
  before.prepare()
  const from = before.built[2]?.block.header.timestamp
  if (from === undefined) throw new Error('the prepared chain has four blocks')
  const known = { number: knownRules, fees: config.fees, dataCommittee: new Uint8Array(20) }
  const version: RulesVersion = { ...known, from, announcedAt: 1_700_000_000n, ...change }
  const rig = new Rig()
  rig.l2.mine({ kind: 'rules', version })
  rig.prepare()
  return { rig, version }
}

test.each([
  ['another number', { number: knownRules + 1 }],
  ['other fees', { fees: { ...config.fees, minPrice: config.fees.minPrice + 1n } }],
])('rules › a claim under %s is not verified, and the node says so', async (_, change) => {
  const { rig, version } = between(change)
  const one = await started(rig)
  await until('the fault', async () => (await one.node.status()).fault !== undefined)
  expect(await one.node.status()).toMatchObject({
    state: 'waiting',
    fault: { code: 'RULES_UNKNOWN', claim: '2', from: `${version.from}`, rules: version.number, known: knownRules },
    finality: { verified: { claim: 1n }, claimed: { claim: 2n } },
  })
})

test('rules › taken back, the node goes on', async () => {
  const { rig, version } = between({ number: knownRules + 1 })
  const one = await started(rig)
  await until('the fault', async () => (await one.node.status()).fault !== undefined)
  rig.l2.mine({ kind: 'rules withdrawn', from: version.from })
  await one.verified(2n)
  expect((await one.node.status()).fault).toBeUndefined()
})

test('rules › a version that only names other verifiers or another committee changes nothing', async () => {
  const { rig } = between({ dataCommittee: new Uint8Array(20).fill(1) })
  const one = await started(rig)
  await one.verified(2n)
})
