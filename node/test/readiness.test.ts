import { SettlementError } from '@parley/protocol'
import { expect, test } from 'vitest'
import { Rig, type Running, until } from './support/rig.ts'
import { startsNodes } from './support/started.ts'

const started = startsNodes()
const silent = new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'a range is refused' })
const unready = async (one: Running, reason: string): Promise<boolean> => {
  const { body } = await one.get('/readyz')
  return String(body.because).includes(reason)
}
const counted = async (url: string): Promise<string> => await (await fetch(`${url}/metrics`)).text()

test('readiness › a node that could never read the L2 follows nothing, is not ready and says why', async () => {
  const rig = new Rig()
  rig.prepare()
  rig.l2.setUnreadable(silent)
  const one = await started(rig)
  await until('the fault', async () => (await one.node.status()).fault !== undefined)
  expect(await one.node.status()).toMatchObject({
    state: 'starting',
    fault: { code: 'SETTLEMENT_UNAVAILABLE', reason: 'a range is refused' },
    finality: { claimed: { claim: 0n } },
  })
  expect(await one.get('/readyz')).toMatchObject({
    status: 503,
    body: { code: 'NOT_READY', because: expect.stringContaining('a range is refused') },
  })
  const metrics = await counted(await one.url())
  expect(metrics).toMatch(/parley_node_l2_faults_total\{code="SETTLEMENT_UNAVAILABLE"\} [1-9]/)
  expect(metrics).toContain('parley_node_state{state="starting"} 1')
  expect(metrics).toContain('parley_node_state{state="following"} 0')
})

test('readiness › a node whose L2 falls silent waits, is unready after its bound, and recovers', async () => {
  const rig = new Rig()
  rig.prepare()
  const one = await started(rig, { unreadyAfterMs: 1 })
  await one.verified(2n)
  rig.l2.setUnreadable(silent)
  await one.state('waiting')
  await until('unready', async () => unready(one, 'the L2 has not answered for'))
  expect((await one.get('/healthz')).status).toBe(200)
  rig.l2.setUnreadable(undefined)
  await one.state('following')
  expect((await one.node.status()).fault).toBeUndefined()
})

test('readiness › a claim that has stood unverified for longer than the bound makes it unready', async () => {
  const rig = new Rig()
  rig.prepare()
  rig.witness.spoil = (bytes) => bytes.subarray(1)
  const one = await started(rig, { behindMs: 1 })
  await one.state('waiting')
  rig.l2.time = 1_700_003_600_000n
  rig.l2.mine()
  await until('unready', async () => unready(one, 'has stood unverified'))
})

test.each([
  ['ends below what was read', new SettlementError({ code: 'L2_BEHIND', head: 11n, read: 30n }), 'L2_BEHIND'],
  ['has no contract', new SettlementError({ code: 'CONTRACT_MISSING', address: new Uint8Array(20) }), 'no contract at'],
])('readiness › a node is unready at once while its L2 %s, and ready again after', async (_, fault, told) => {
  const rig = new Rig()
  rig.prepare()
  const one = await started(rig)
  await one.verified(2n)
  rig.l2.setUnreadable(fault)
  await one.state('waiting')
  expect(await one.get('/readyz')).toMatchObject({
    status: 503,
    body: { because: expect.stringContaining(told) },
  })
  expect((await one.node.status()).fault).toMatchObject({ code: fault.fault.code })
  rig.l2.setUnreadable(undefined)
  await one.state('following')
  expect((await one.get('/readyz')).status).toBe(200)
})
