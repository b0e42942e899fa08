import { BlockView, CodedError, DaError, encodeCore, type SealedBlock, SettlementError } from '@parley/protocol'
import { ManualClock } from '@parley/runtime/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { sizeOf } from '../src/block-size.ts'
import { batchEncoder } from '../src/encode-batch.ts'
import { type CostEntry, unreadyBecause } from '../src/index.ts'
import { digestOf, resealed, sealedChain } from './support/chain.ts'
import { numbers, Rig, type Running, until } from './support/rig.ts'

const running: Running[] = []
const track = (one: Running): Running => {
  running.push(one)
  return one
}
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop()
})

const codeOf = (error: unknown): string | undefined => (error instanceof CodedError ? error.fault.code : undefined)

describe('batcher', () => {
  test('posting › every block is claimed once, in order, readable from the layers', async () => {
    const rig = new Rig(sealedChain({ blocks: 23 }))
    track(rig.start({ maxBlocks: 5 }))
    await until('23 blocks claimed', () => rig.claimedBlocks().length >= 23)
    expect(rig.claimedBlocks()).toEqual(numbers(1, 23))
    expect(rig.settlement.claims.map(({ number }) => number)).toEqual(numbers(1, rig.settlement.claims.length))
  })

  test('posting › what is claimed already is not posted again after a restart', async () => {
    const chain = sealedChain({ blocks: 8 })
    const rig = new Rig(chain.slice(0, 4), new ManualClock())
    const first = track(rig.start({ maxBlocks: 2 }))
    await until('4 blocks claimed', () => rig.claimedBlocks().length === 4)
    await first.stop()
    const submissions = rig.core.submissions
    rig.source.add(...chain.slice(4))
    track(rig.start({ maxBlocks: 2 }))
    await until('8 blocks claimed', () => rig.claimedBlocks().length === 8)
    expect(rig.claimedBlocks()).toEqual(numbers(1, 8))
    expect(rig.core.submissions).toBe(submissions + 2)
    expect(rig.source.asked.at(-1)).toBe(5n)
  })

  test('closing › a batch waits until its oldest block is maxAgeMs old', async () => {
    const clock = new ManualClock()
    const rig = new Rig(sealedChain({ blocks: 3 }), clock)
    const { batcher } = track(rig.start({ maxAgeMs: 1_000, watchEveryMs: 60_000 }))
    await until('the batch waits for its age', () => clock.waits.includes(1_000))
    clock.advance(999)
    await until('the wait goes on', () => clock.waits.includes(1))
    expect(rig.settlement.claims).toHaveLength(0)
    clock.advance(1)
    await until('the claim', () => rig.settlement.claims.length === 1)
    expect(rig.claimedBlocks()).toEqual(numbers(1, 3))
    await until('the status', () => batcher.status().block === 3n)
    expect(batcher.status().published).toBe(3n)
  })

  test('closing › a full batch does not wait', async () => {
    const rig = new Rig(sealedChain({ blocks: 4 }), new ManualClock())
    track(rig.start({ maxAgeMs: 60_000, maxBlocks: 2 }))
    await until('two claims', () => rig.settlement.claims.length === 2)
    expect(rig.claimedBlocks()).toEqual(numbers(1, 4))
  })

  test('closing › each part stays within what its own layer takes', async () => {
    const rig = new Rig(sealedChain({ blocks: 13, messages: 64 }), new ManualClock())
    rig.core.taken = { ...rig.core.taken, maxBytes: 12_000 }
    rig.witness.taken = { ...rig.witness.taken, maxBytes: 13_500 }
    track(rig.start())
    // A block has 65 signatures of 64 bytes, so three fit a witness, and the thirteenth block waits.
    await until('four claims', () => rig.settlement.claims.length === 4)
    expect(rig.claimedBlocks()).toEqual(numbers(1, 12))
    const sizes = (held: Map<string, Uint8Array>): number[] => [...held.values()].map((data) => data.length)
    expect(Math.max(...sizes(rig.core.held))).toBeLessThanOrEqual(12_000)
    expect(Math.max(...sizes(rig.witness.held))).toBeLessThanOrEqual(13_500)
  })

  test('closing › the core is measured, so that what deflates does not cost a part of the room', async () => {
    const chain = sealedChain({ blocks: 40, messages: 64 })
    const exact = encodeCore(chain.map(({ block }) => ({ ...block.header, runs: block.runs }))).length
    const rig = new Rig(chain, new ManualClock())
    rig.core.taken = { ...rig.core.taken, maxBytes: exact - 1 }
    track(rig.start())
    await until('the claim', () => rig.settlement.claims.length === 1)
    // By upper bounds some 33 blocks would fit; what is left unmeasured is a twentieth at most.
    expect(rig.settlement.claims[0]?.lastHeader.number).toBeGreaterThanOrEqual(38n)
  })

  test('closing › a block that fits no layer halts, naming the part and the bound', async () => {
    const rig = new Rig(sealedChain({ blocks: 1, messages: 64 }))
    rig.witness.taken = { ...rig.witness.taken, maxBytes: 1_000 }
    const { batcher, ended } = track(rig.start())
    expect(codeOf(await ended)).toBe('BLOCK_TOO_LARGE')
    expect(batcher.status().state).toBe('halted')
    expect(unreadyBecause(batcher.status())).toMatch(/^posting is in state halted: BLOCK_TOO_LARGE/)
    expect(batcher.status().fault).toMatchObject({ part: 'witness', maxBytes: 1_000 })
  })

  test('self-check › a batch that decodes to other roots is never published', async () => {
    const faulty = {
      ...batchEncoder,
      core: (columns: Parameters<typeof batchEncoder.core>[0]) =>
        batchEncoder.core({
          ...columns,
          stateRoots: Buffer.concat([digestOf('other'), columns.stateRoots.subarray(32)]),
        }),
    }
    const rig = new Rig(sealedChain({ blocks: 2 }))
    const { ended } = track(rig.start({}, { encoder: faulty }))
    expect(codeOf(await ended)).toBe('BATCH_SELF_CHECK_FAILED')
    expect(rig.core.submissions + rig.witness.submissions + rig.settlement.claimCalls).toBe(0)
  })

  test('self-check › a batch with another signature is never published', async () => {
    const faulty = {
      ...batchEncoder,
      witness: (signatures: Uint8Array) => batchEncoder.witness(signatures.with(70, (signatures[70] as number) ^ 1)),
    }
    const rig = new Rig(sealedChain({ blocks: 2 }))
    const { ended } = track(rig.start({}, { encoder: faulty }))
    expect(codeOf(await ended)).toBe('BATCH_SELF_CHECK_FAILED')
    expect(rig.core.submissions + rig.witness.submissions + rig.settlement.claimCalls).toBe(0)
  })

  test('self-check › a batch whose roots a node would derive otherwise is never published', async () => {
    const [sealed] = sealedChain({ blocks: 1 }) as [SealedBlock]
    const runs = sealed.block.runs.map((run) => ({
      ...run,
      segments: run.segments.map((segment, s) => (s === 1 ? { ...segment, preRoot: digestOf('elsewhere') } : segment)),
    }))
    const rig = new Rig([resealed(sealed, runs)])
    const { ended } = track(rig.start())
    expect(codeOf(await ended)).toBe('BATCH_SELF_CHECK_FAILED')
    expect(rig.core.submissions).toBe(0)
  })

  test('self-check › a batch that does not decode is never published', async () => {
    const rig = new Rig(sealedChain({ blocks: 2 }))
    const faulty = { ...batchEncoder, witness: () => Uint8Array.of(1, 2, 3) }
    const { ended } = track(rig.start({}, { encoder: faulty }))
    expect(codeOf(await ended)).toBe('BATCH_UNREADABLE')
    expect(rig.core.submissions + rig.witness.submissions).toBe(0)
  })

  test('order › a batch published first is claimed after the one before it', async () => {
    const rig = new Rig(sealedChain({ blocks: 2 }))
    let release = (): void => undefined
    rig.core.hold = new Promise((resolve) => {
      release = resolve
    })
    const submitted: number[] = []
    rig.witness.step = (name) => {
      if (name === 'after submit') submitted.push(rig.settlement.claims.length)
    }
    track(rig.start({ maxBlocks: 1, maxBatchesInFlight: 2 }))
    await until('both witnesses published', () => submitted.length === 2)
    expect(rig.settlement.claims).toHaveLength(0)
    release()
    await until('both claimed', () => rig.settlement.claims.length === 2)
    expect(rig.claimedBlocks()).toEqual(numbers(1, 2))
  })

  test('faults › a layer that does not answer is asked again with growing waits, and nothing is claimed before', async () => {
    const clock = new ManualClock()
    const rig = new Rig(sealedChain({ blocks: 1 }), clock)
    const away = () => new DaError({ code: 'DA_UNAVAILABLE', layer: 'core', reason: 'test' })
    rig.core.failures.push(away(), away(), away())
    const { batcher } = track(rig.start({ maxBlocks: 1, firstBackoffMs: 100, maxBackoffMs: 300, watchEveryMs: 60_000 }))
    for (const waitMs of [100, 200, 300]) {
      await until(`a wait of ${waitMs} ms`, () => clock.waits.includes(waitMs))
      expect(batcher.status()).toMatchObject({ state: 'waiting', fault: { code: 'DA_UNAVAILABLE' } })
      expect(unreadyBecause(batcher.status())).toMatch(/^posting is in state waiting: DA_UNAVAILABLE/)
      expect(rig.settlement.claimCalls).toBe(0)
      clock.advance(waitMs)
    }
    await until('the claim', () => rig.settlement.claims.length === 1)
    await until('the status', () => batcher.status().state === 'posting')
    expect(batcher.status().fault).toBeUndefined()
    expect(unreadyBecause(batcher.status())).toBeUndefined()
  })

  test('memory › while a layer does not answer no more is read than may wait, and nothing is lost by it', async () => {
    const chain = sealedChain({ blocks: 40 })
    const rig = new Rig(chain)
    const away = () => new DaError({ code: 'DA_UNAVAILABLE', layer: 'core', reason: 'test' })
    rig.core.failures.push(...Array.from({ length: 1_000 }, away))
    const oneBlock = sizeOf(BlockView.encode(chain[1] as SealedBlock))
    const maxBufferedBytes = 5 * (oneBlock.coreBytes + oneBlock.witnessBytes)
    const { batcher } = track(
      rig.start({ maxBlocks: 2, maxBatchesInFlight: 1, maxBufferedBytes, firstBackoffMs: 1, maxBackoffMs: 2 }),
    )
    await until('the queue is full', () => batcher.status().pendingBytes >= maxBufferedBytes)
    await until('the layer is asked again and again', () => rig.core.failures.length < 900)
    expect(batcher.status().pendingBytes).toBeLessThan(2 * maxBufferedBytes)
    expect(batcher.status().pendingBlocks).toBeLessThan(12)
    rig.core.failures.length = 0
    await until('40 blocks claimed', () => rig.claimedBlocks().length >= 40)
    expect(rig.claimedBlocks()).toEqual(numbers(1, 40))
  })

  test('faults › a refused claim is not published again', async () => {
    const rig = new Rig(sealedChain({ blocks: 3 }))
    rig.settlement.failures.push(
      new SettlementError({ code: 'CLAIM_REFUSED', number: 1n, reason: 'too early' }),
      new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'test' }),
      new SettlementError({ code: 'CLAIM_CONFLICT', number: 1n, standing: digestOf('x') }),
    )
    track(rig.start())
    await until('the claim', () => rig.claimedBlocks().length === 3)
    expect([rig.core.submissions, rig.witness.submissions]).toEqual([
      rig.settlement.claims.length,
      rig.settlement.claims.length,
    ])
  })

  test('faults › an unexpected exception halts instead of looping', async () => {
    const rig = new Rig(sealedChain({ blocks: 1 }))
    rig.settlement.failures.push(new TypeError('a defect'))
    const { ended, batcher } = track(rig.start())
    expect(await ended).toBeInstanceOf(TypeError)
    expect(batcher.status().state).toBe('halted')
  })

  test('source › what came before a failing source is posted, then the source is asked again', async () => {
    const rig = new Rig(sealedChain({ blocks: 6 }))
    rig.source.failAt = { block: 4n, error: new DaError({ code: 'DA_UNAVAILABLE', layer: 'feed', reason: 'test' }) }
    track(rig.start({ maxAgeMs: 60_000, maxBlocks: 3 }))
    await until('all claimed', () => rig.claimedBlocks().length === 6)
    expect(rig.source.asked).toEqual([1n, 4n])
  })

  const tampered: [why: string, code: string, change: (sealed: SealedBlock) => SealedBlock][] = [
    ['signature of another', 'BLOCK_UNSIGNED', (sealed) => ({ ...sealed, signature: new Uint8Array(65).fill(1) })],
    [
      'run left out',
      'BLOCK_MISMATCH',
      ({ block, signature }) => ({ signature, block: { ...block, runs: [] }, witness: [] }),
    ],
    ['signature of a message left out', 'BLOCK_WITNESS', (sealed) => ({ ...sealed, witness: [[[], []]] })],
    [
      'number skipped',
      'BLOCK_GAP',
      ({ block, ...rest }) => ({ ...rest, block: { ...block, header: { ...block.header, number: 2n } } }),
    ],
    [
      'parent of another chain',
      'BLOCK_UNLINKED',
      ({ block, ...rest }) => ({ ...rest, block: { ...block, header: { ...block.header, parent: digestOf('p') } } }),
    ],
    [
      'lineage that is over',
      'BLOCK_LINEAGE',
      ({ block, ...rest }) => ({ ...rest, block: { ...block, header: { ...block.header, lineage: digestOf('l') } } }),
    ],
  ]
  test.each(tampered)('source › a block with a %s is not posted: %s', async (_why, code, change) => {
    const [good] = sealedChain({ blocks: 1 }) as [SealedBlock]
    const bad = change(good)
    const rig = new Rig([])
    rig.source.blocks = async function* (from, signal) {
      rig.source.asked.push(from)
      yield BlockView.encode(rig.source.asked.length === 1 ? bad : good)
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    }
    rig.source.add(good)
    track(rig.start())
    await until('the fault', async () => (await rig.faults()).length > 0)
    expect(await rig.faults()).toEqual([code])
    expect(rig.core.submissions).toBe(0)
    await until('the good block claimed', () => rig.settlement.claims.length === 1)
  })

  test('lineage › blocks of a lineage that is over are not published any more', async () => {
    const rig = new Rig(sealedChain({ blocks: 2 }))
    const lineage = digestOf('after a removal')
    rig.core.step = (name) => {
      if (name === 'after submit') rig.settlement.currentLineage = lineage
    }
    track(rig.start({ maxBlocks: 1, maxBatchesInFlight: 1 }))
    await until('the refusal', async () => (await rig.faults()).length > 0)
    rig.core.step = () => undefined
    rig.source.replace(sealedChain({ blocks: 2, lineage }))
    await until('the new blocks claimed', () => rig.settlement.claims.length === 2)
    expect(rig.claimedBlocks()).toEqual(numbers(1, 2))
    expect(rig.core.submissions).toBe(3)
  })

  test('reorganisation › a claim that the L2 lost is made again from what was published', async () => {
    const rig = new Rig(sealedChain({ blocks: 6 }))
    track(rig.start({ maxBlocks: 2 }))
    await until('all claimed', () => rig.claimedBlocks().length === 6)
    const submissions = rig.core.submissions
    rig.settlement.claims.length = 1
    await until('claimed again', () => rig.claimedBlocks().length === 6)
    expect(rig.claimedBlocks()).toEqual(numbers(1, 6))
    expect(rig.core.submissions).toBe(submissions)
  })

  test('publication › a part that a layer lost is published again before it is claimed', async () => {
    const rig = new Rig(sealedChain({ blocks: 1 }))
    let losses = 1
    rig.core.step = (name) => {
      if (name === 'status' && losses-- > 0) rig.core.held.clear()
    }
    track(rig.start())
    await until('the claim', () => rig.settlement.claims.length === 1)
    expect(rig.core.submissions).toBe(2)
    expect(rig.claimedBlocks()).toEqual([1n])
  })

  test('finality › plans of final claims are forgotten', async () => {
    const rig = new Rig(sealedChain({ blocks: 4 }))
    track(rig.start({ maxBlocks: 1 }))
    await until('all claimed', () => rig.settlement.claims.length === 4)
    const plans = async (): Promise<number> => (await rig.store.keys().all()).length
    expect(await plans()).toBe(4)
    rig.settlement.finalNumber = 3n
    let left = 4
    const look = async (): Promise<void> => {
      left = await plans()
    }
    await until('three forgotten', () => {
      void look()
      return left === 1
    })
  })

  test('metrics › say what was posted and what it cost', async () => {
    const rig = new Rig(sealedChain({ blocks: 3 }), new ManualClock())
    track(rig.start({ maxBlocks: 3 }))
    await until('the claim', () => rig.settlement.claims.length === 1)
    const text = await rig.metrics.metrics()
    expect(text).toContain('parley_batcher_blocks_total 3')
    expect(text).toContain('parley_batcher_claim_gas_total 100000')
    expect(text).toContain('parley_batcher_oldest_block_age_seconds 0')
    const bytes = [...rig.core.held.values()][0]?.length
    expect(text).toContain(`parley_batcher_da_cost_total{part="core",layer="core",token="none"} ${bytes}`)
  })

  test('costs › every claimed batch is written down, part by part, with its claim', async () => {
    const rig = new Rig(sealedChain({ blocks: 2 }), new ManualClock())
    const written: CostEntry[] = []
    const costs = {
      append: async (entries: readonly CostEntry[]) => void written.push(...entries),
      hasClaim: async () => true,
    }
    track(rig.start({ maxBlocks: 2 }, { costs }))
    await until('the entries', () => written.length === 3)
    const [core, witness, claim] = written
    const bytes = BigInt([...rig.core.held.values()][0]?.length ?? 0)
    expect(core).toMatchObject({
      batch: 1n,
      part: 'core',
      layer: 'local',
      bytes,
      cost: { token: 'none', amount: bytes },
    })
    expect(witness).toMatchObject({ batch: 1n, part: 'witness', messages: core?.messages })
    // Three messages a block; operations are none.
    expect(core?.messages).toBe(6n)
    expect(claim).toMatchObject({
      batch: 1n,
      part: 'claim',
      layer: 'l2',
      claimGas: 100_000n,
      cost: { token: 'l2-eth' },
    })
  })

  test('options › one outside its bounds is refused by name', () => {
    const rig = new Rig([])
    expect(() => rig.start({ maxBlocks: 1025 })).toThrow(/OPTION_OUT_OF_RANGE.*maxBlocks/)
  })
})
