import { rpcTransport } from '@parley/http'
import type { ClaimHead, ClaimRequest, SettlementEvent, SettlementReader } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import {
  type ClaimerSettlement,
  createSettlementMetrics,
  openSettlement,
  openSettlementReader,
  readerDefaults,
  settlementDefaults,
} from '@parley/settlement'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DeployedL2, forever, log, sealed, startDeployedL2 } from './support/l2.ts'
import { textStore } from './support/memory-stores.ts'
import { removeClaim } from './support/remove-claim.ts'

let l2: DeployedL2
let claimer: ClaimerSettlement
beforeAll(async () => {
  l2 = await startDeployedL2()
  const deps = { ...base(), secret: l2.roles.batcher.secret, store: textStore() }
  claimer = await openSettlement(deps, { ...settlementDefaults, ...place() }, forever)
  await claimer.ensureBond(forever)
})
afterAll(async () => {
  await claimer?.close()
  await l2?.stop()
})

const base = () => ({
  transport: rpcTransport(l2.chain.url, { timeoutMs: 5000 }),
  clock: systemClock,
  log,
  metrics: createSettlementMetrics(new Registry()),
})
const place = () => ({ rollup: l2.deployment.rollup, pollMs: 20 })
const reader = (): Promise<SettlementReader> => openSettlementReader(base(), { ...readerDefaults, ...place() }, forever)

/** A claim of one block that may follow the one at the head. */
async function following(head: ClaimHead): Promise<ClaimRequest> {
  const lineage = await claimer.lineage(forever)
  const { number, timestamp } = head.lastHeader
  const lastHeader = { ...head.lastHeader, number: number + 1n, timestamp: timestamp + 1000n, lineage }
  return {
    number: head.number + 1n,
    parent: head.hash,
    lineage,
    coreRoot: new Uint8Array(32).fill(1),
    witnessRoot: new Uint8Array(32).fill(2),
    lastHeader,
    core: { layer: 1, pointer: new Uint8Array(1) },
    witness: { layer: 1, pointer: new Uint8Array(1) },
    signature: await sealed(l2, claimer, lastHeader),
  }
}

async function claim(): Promise<void> {
  await claimer.claim(await following(await claimer.head(forever)), forever)
}

async function events(until: (all: readonly SettlementEvent[]) => boolean): Promise<SettlementEvent[]> {
  const settlement = await reader()
  const all: SettlementEvent[] = []
  for await (const page of settlement.follow(undefined, 'latest', AbortSignal.timeout(340_000))) {
    all.push(...page.events)
    if (until(all)) return all
  }
  throw new Error(`no such events: ${all.map(({ kind }) => kind).join(', ')}`)
}

const remove = (number: bigint): Promise<void> =>
  removeClaim(
    {
      url: l2.chain.url,
      rollup: l2.deployment.rollup,
      account: l2.roles.verifier,
      filler: l2.roles.deployer,
      mine: () => l2.control.mine({ blocks: 1 }),
    },
    number,
  )

test('removal › is told with what is left standing, and claims go on in the new lineage', async () => {
  const first = await claimer.head(forever)
  for (let i = 0; i < 3; i += 1) await claim()
  await remove(2n)
  const head = await claimer.head(forever)
  const lineage = await claimer.lineage(forever)
  expect(head).toMatchObject({ number: 1n, lastHeader: { number: first.lastHeader.number + 1n } })
  expect(lineage).not.toEqual(first.lastHeader.lineage)
  await claim()
  const told = await events((all) => all.filter(({ kind }) => kind === 'claim').length === 4)
  expect(told.map((event) => (event.kind === 'claim' ? event.claim.number : event.kind))).toEqual([
    1n,
    2n,
    3n,
    'challenge',
    'removal',
    2n,
  ])
  expect(told[3]).toMatchObject({ place: { part: 0, block: 0, page: 0 } })
  expect(told[4]).toMatchObject({ standing: 1n, lineage })
  const last = told[5]
  expect(last).toMatchObject({ claim: { parent: head.hash, lineage } })
})

test('removal › a follower that begins after the claims goes on from the one left standing', async () => {
  const { number } = await claimer.head(forever)
  await claim()
  const block = await l2.client.getBlock()
  const cursor = { blockNumber: block.number, blockHash: Buffer.from(block.hash.slice(2), 'hex') }
  await remove(number + 1n)
  await claim()
  const settlement = await reader()
  const told: SettlementEvent[] = []
  for await (const page of settlement.follow(cursor, 'latest', AbortSignal.timeout(340_000))) {
    told.push(...page.events)
    if (told.length >= 3) break
  }
  expect(told).toMatchObject([
    { kind: 'challenge' },
    { kind: 'removal', standing: number },
    { kind: 'claim', claim: { number: number + 1n } },
  ])
})
