import { DaError, DaLayer, type DataAvailability } from '@parley/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import { sealedChain } from './support/chain.ts'
import { MemoryDa } from './support/layers.ts'
import { Rig, type Running, until } from './support/rig.ts'

const running: Running[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop()
})

const away = () => new DaError({ code: 'DA_UNAVAILABLE', layer: 'old', reason: 'test' })
const mapOf = (...layers: DataAvailability[]) => new Map(layers.map((layer) => [layer.layer, layer]))

/** A batcher whose layers are `old`, and one that goes on with `next` for both parts. */
function movingRig(blocks = 1) {
  const rig = new Rig(sealedChain({ blocks }))
  const old = new MemoryDa('old', DaLayer.ethereumBlobs)
  const next = new MemoryDa('next', DaLayer.celestia)
  rig.settlement.onClaim = () => undefined
  const start = (on: MemoryDa, ...others: DataAvailability[]) => {
    const one = rig.start({ maxBlocks: 1 }, { layers: { core: [on], witness: [on] }, otherLayers: mapOf(...others) })
    running.push(one)
    return one
  }
  return { rig, old, next, start }
}

describe('moving to another layer', () => {
  test('what was published before › is claimed from there, and not published again', async () => {
    const { rig, old, next, start } = movingRig()
    rig.settlement.step = (name) => {
      if (name === 'before claim') throw away()
    }
    const first = start(old)
    await until('both published', () => old.submissions === 2)
    await until('the refused claim', async () => (await rig.faults()).length > 0)
    await first.stop()
    rig.settlement.step = () => undefined
    start(next, old)
    await until('the claim', () => rig.settlement.claims.length === 1)
    const [claim] = rig.settlement.claims
    expect([claim?.core.layer, claim?.witness.layer]).toEqual([old.layer, old.layer])
    expect([old.submissions, next.submissions]).toEqual([2, 0])
  })

  test('what was begun before › ends first; what is included after all is claimed', async () => {
    const { rig, old, next, start } = movingRig()
    // Accepted, and the answer lost.
    old.step = (name) => {
      if (name === 'after submit') throw away()
    }
    const first = start(old)
    await until('the fault', async () => (await rig.faults()).length > 0)
    await first.stop()
    old.step = () => undefined
    old.abandonFailures.push(away())
    const before = old.submissions
    start(next, old)
    await until('the claim', () => rig.settlement.claims.length === 1)
    expect(rig.settlement.claims[0]?.core.layer).toBe(old.layer)
    expect(rig.settlement.claims[0]?.witness.layer).toBe(old.layer)
    expect([old.submissions - before, next.submissions]).toEqual([0, 0])
    expect(old.abandoned).toHaveLength(3)
  })

  test('what was begun before and never will be included › is published on the new layer', async () => {
    const { rig, old, next, start } = movingRig()
    old.step = (name) => {
      if (name === 'before submit') throw away()
    }
    const first = start(old)
    await until('the fault', async () => (await rig.faults()).length > 0)
    await first.stop()
    old.step = () => undefined
    start(next, old)
    await until('the claim', () => rig.settlement.claims.length === 1)
    expect(rig.settlement.claims[0]?.core.layer).toBe(next.layer)
    expect([old.submissions, next.submissions, old.abandoned.length]).toEqual([0, 2, 2])
  })

  test('a layer that is not configured any more › is asked for, and nothing is published twice', async () => {
    const { rig, old, next, start } = movingRig()
    rig.settlement.step = (name) => {
      if (name === 'before claim') throw away()
    }
    const first = start(old)
    await until('both published', () => old.submissions === 2)
    await until('the refused claim', async () => (await rig.faults()).length > 0)
    await first.stop()
    rig.settlement.step = () => undefined
    const second = start(next)
    await until('the fault', async () => (await rig.faults()).includes('LAYER_NOT_OPEN'))
    await second.stop()
    expect([rig.settlement.claims.length, next.submissions]).toEqual([0, 0])
    start(next, old)
    await until('the claim', () => rig.settlement.claims.length === 1)
    expect([old.submissions, next.submissions]).toEqual([2, 0])
  })
})
