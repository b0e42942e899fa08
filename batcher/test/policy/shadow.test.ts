import { DaError, DaLayer, type DaReceipt, type DaSubmitOptions } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterEach, expect, test } from 'vitest'
import type { EncodedBatch } from '../../src/encode-batch.ts'
import type { CostEntry } from '../../src/index.ts'
import { createMetrics } from '../../src/metrics.ts'
import type { BatchPlan } from '../../src/plan.ts'
import { Shadow } from '../../src/policy/shadow.ts'
import { sealedChain } from '../support/chain.ts'
import { MemoryDa } from '../support/layers.ts'
import { numbers, Rig, type Running, until } from '../support/rig.ts'

const running: Running[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop()
})

/** A batcher of so many blocks, a batch each, with copies beside. */
function shadowed(blocks: number, costs: CostEntry[] = []) {
  const rig = new Rig(sealedChain({ blocks }))
  const beside = new MemoryDa('next', DaLayer.celestia)
  const start = () => {
    const journal = {
      append: async (entries: readonly CostEntry[]) => void costs.push(...entries),
      hasClaim: async () => true,
    }
    const one = rig.start({ maxBlocks: 1 }, { shadow: beside, costs: journal })
    running.push(one)
    return one
  }
  const counted = async (outcome: string): Promise<number> => {
    const { values } = (await rig.metrics.getSingleMetric('parley_batcher_shadow_total')?.get()) ?? { values: [] }
    return values.filter(({ labels }) => labels.outcome === outcome).reduce((sum, { value }) => sum + value, 0)
  }
  return { rig, beside, start, counted }
}

const bytesOn = ({ held }: MemoryDa): string[] =>
  [...held.values()].map((bytes) => Buffer.from(bytes).toString('base64')).sort()

test('copies › of every part are published and read back, and none is claimed', async () => {
  const costs: CostEntry[] = []
  const { rig, beside, start, counted } = shadowed(5, costs)
  const audited: string[] = []
  const audit = beside.audit.bind(beside)
  beside.audit = async (pointer) => {
    audited.push(Buffer.from(pointer).toString('hex'))
    return audit(pointer)
  }
  start()
  await until('all copied', async () => (await counted('audited')) === 10)
  await until('all claimed', () => rig.claimedBlocks().length === 5)
  expect(bytesOn(beside)).toEqual([...bytesOn(rig.core), ...bytesOn(rig.witness)].sort())
  expect(new Set(audited)).toEqual(new Set(beside.held.keys()))
  expect(rig.settlement.claims.flatMap(({ core, witness }) => [core.layer, witness.layer])).not.toContain(beside.layer)
  const shadows = costs.filter(({ layer }) => layer === 'next (shadow)')
  expect(shadows.map(({ bytes }) => Number(bytes)).sort()).toEqual(
    [...beside.held.values()].map(({ length }) => length).sort(),
  )
})

test('copies › that a layer never takes hold nothing up', async () => {
  const { rig, beside, start, counted } = shadowed(6)
  Object.assign(beside, {
    submit: (_data: Uint8Array, _options: DaSubmitOptions, signal: AbortSignal) =>
      new Promise<DaReceipt>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  })
  const one = start()
  await until('all claimed', () => rig.claimedBlocks().length === 6)
  expect(await counted('audited')).toBe(0)
  expect(one.batcher.status().fault).toBeUndefined()
})

test('copies › that a layer refuses are tried five times, counted, and posting goes on', async () => {
  const { rig, beside, start, counted } = shadowed(2)
  const refusal = () => new DaError({ code: 'DA_UNAVAILABLE', layer: 'next', reason: 'test' })
  let tried = 0
  beside.submit = async () => {
    tried += 1
    throw refusal()
  }
  const one = start()
  await until('all failed', async () => (await counted('failed')) === 4)
  expect(tried).toBe(20)
  await until('all claimed', () => rig.claimedBlocks().length === 2)
  expect(rig.claimedBlocks()).toEqual(numbers(1, 2))
  expect(one.batcher.status()).toMatchObject({ state: 'posting', fault: undefined })
})

test('copies › that are not there when they are read back are told apart', async () => {
  const { beside, start, counted } = shadowed(1)
  beside.audit = async (pointer) => {
    throw new DaError({ code: 'DA_CORRUPT', layer: 'next', pointer, reason: 'test' })
  }
  start()
  await until('both read in vain', async () => (await counted('unaudited')) === 2)
  expect(await counted('audited')).toBe(0)
})

test('copies › beyond what may wait are left out and counted', async () => {
  const registry = new Registry()
  const metrics = createMetrics(registry, () => 0)
  const retry = { firstBackoffMs: 1, maxBackoffMs: 1 }
  const layer = new MemoryDa('next', DaLayer.celestia)
  const shadow = new Shadow({ layer, clock: systemClock, log: pino({ level: 'silent' }), metrics, retry }, 1_000)
  const part = (length: number) => ({
    bytes: new Uint8Array(length),
    digest: new Uint8Array(32),
    root: new Uint8Array(32),
  })
  const take = (core: number, witness: number) =>
    shadow.take(
      { number: 1n } as unknown as BatchPlan,
      { parts: { core: part(core), witness: part(witness) } } as unknown as EncodedBatch,
    )
  // One that is larger than all that may wait is taken when nothing else does.
  take(1_500, 10)
  take(400, 700)
  const leftOut = (await registry.getSingleMetric('parley_batcher_shadow_total')?.get())?.values
  expect(leftOut?.map(({ labels, value }) => [labels.part, labels.outcome, value])).toEqual([
    ['witness', 'left out', 2],
    ['core', 'left out', 1],
  ])
  const stopping = new AbortController()
  const copying = shadow.run(stopping.signal)
  await until('what was taken is copied', () => layer.held.size === 1)
  stopping.abort()
  await copying
})
