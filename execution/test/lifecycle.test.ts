import { Worker } from 'node:worker_threads'
import { millis } from '@parley/protocol'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createExecution, ExecutionError, type ExecutionOptions } from '../src/index.ts'
import { config, ReferenceChain } from './support/chain.ts'
import { encodeMessage, log, startLanes, submit, type TestLanes } from './support/lanes.ts'
import { openingOf, playFirst } from './support/prologue.ts'

const started: TestLanes[] = []

async function start(options: ExecutionOptions): Promise<TestLanes> {
  const lanes = await startLanes(options)
  started.push(lanes)
  return lanes
}

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ execution }) => execution.close()))
})

const fault = (code: string, more: object = {}) => ({ fault: { code, ...more } })
const emptyBlock = { number: 2n, timestamp: 1_001_000n, prices: config.genesis.prices, items: [] }

/** Enough messages of every played shard to keep lanes busy for a while. */
function load(made: Awaited<ReturnType<typeof playFirst>>, count: number) {
  const { offers } = made.scenario.block({
    stepMs: 500,
    items: [],
    entries: [0, 1, 2, 3].map((a) => ({ kind: 'message', flaw: 'none', a, b: 0, c: 0, repeat: count }) as const),
  })
  return offers
}

describe('a lane that is killed', () => {
  test('in mid-load › everything pending and later fails, and nothing more is answered', async () => {
    const lanes = await start({ lanes: 2 })
    const { execution } = lanes
    const made = await playFirst(execution)
    const offers = load(made, 1_500)
    execution.open(emptyBlock)
    offers.forEach((offer, ticket) => {
      submit(execution, offer, ticket)
    })
    const sealing = execution.seal()
    const died = { code: 'LANE_DIED', lane: 1 }
    const refused = [sealing, execution.failed].map((promise) => expect(promise).rejects.toMatchObject({ fault: died }))
    lanes.kill(1)
    await Promise.all(refused)
    const answered = lanes.outcomes.size
    for (const call of [
      () => execution.open(emptyBlock),
      () => execution.submitMessages(encodeMessage(offers[0] as never), 0),
      () => execution.submitOperation({} as never, 0),
    ])
      expect(call).toThrow(ExecutionError)
    await expect(execution.shardRoots()).rejects.toMatchObject({ fault: died })
    await expect(execution.conversation(3, 0)).rejects.toMatchObject({ fault: died })
    // Not of the lane that died.
    await expect(execution.conversation(4, 0)).rejects.toMatchObject({ fault: died })
    await expect(execution.seal()).rejects.toMatchObject({ fault: died })
    await expect(execution.replay(new Uint8Array(9))).rejects.toMatchObject({ fault: died })
    await expect(execution.verify({} as never, config.genesis.prices, [])).rejects.toMatchObject({ fault: died })
    await expect(execution.snapshot()[Symbol.asyncIterator]().next()).rejects.toMatchObject({ fault: died })
    expect(lanes.outcomes.size).toBe(answered)
    expect(lanes.outcomes.size).toBeLessThan(offers.length)
  })

  test('by an inbox that breaks its word › dies with the reason, not with a wrong root', async () => {
    const { execution } = await start({ lanes: 3 })
    const item = {
      selector: 0,
      value: { shard: 4, account: 7, owner: new Uint8Array(20).fill(1), amount: 1n },
    } as const
    execution.open({
      ...emptyBlock,
      items: [{ index: 0n, item, time: millis(0n), inboxHash: new Uint8Array(32) }],
    })
    await expect(execution.seal()).rejects.toMatchObject(fault('LANE_DIED', { lane: 1 }))
    await expect(execution.failed).rejects.toThrow(/deposit opens account 7/)
  })

  test('before it is ready › creation fails', async () => {
    const creating = createExecution(
      {
        config,
        log,
        startWorker: (_, options) => new Worker('process.exit(3)', { ...options, eval: true }),
      },
      { lanes: 2 },
    )
    await expect(creating).rejects.toMatchObject(fault('LANE_DIED'))
  })
})

describe('calls out of turn', () => {
  test('without an open block › NOT_OPEN', async () => {
    const { execution } = await start({ lanes: 1 })
    await expect(execution.seal()).rejects.toMatchObject(fault('NOT_OPEN', { call: 'seal' }))
    await expect(execution.replay(new Uint8Array(9))).rejects.toMatchObject(fault('NOT_OPEN', { call: 'replay' }))
  })

  test('with an open block › ALREADY_OPEN', async () => {
    const { execution } = await start({ lanes: 1 })
    execution.open(emptyBlock)
    expect(() => execution.open(emptyBlock)).toThrow(/ALREADY_OPEN/)
    await expect(execution.verify({} as never, config.genesis.prices, [])).rejects.toMatchObject(fault('ALREADY_OPEN'))
    await expect(execution.snapshot()[Symbol.asyncIterator]().next()).rejects.toMatchObject(fault('ALREADY_OPEN'))
    const sealing = execution.seal()
    expect(() => execution.open(emptyBlock)).toThrow(/ALREADY_OPEN/)
    await expect(execution.seal()).rejects.toMatchObject(fault('NOT_OPEN'))
    await sealing
    execution.open(emptyBlock)
  })

  test('during a snapshot › BUSY, until it ends or is given up', async () => {
    const { execution } = await start({ lanes: 2 })
    const chunks = execution.snapshot()[Symbol.asyncIterator]()
    await chunks.next()
    expect(() => execution.open(emptyBlock)).toThrow(/BUSY/)
    await chunks.return?.()
    execution.open(emptyBlock)
  })

  test('after close › CLOSED, for what is pending too', async () => {
    const { execution } = await start({ lanes: 2 })
    const pending = expect(execution.shardRoots()).rejects.toMatchObject(fault('CLOSED'))
    await execution.close()
    await pending
    expect(() => execution.open(emptyBlock)).toThrow(/CLOSED/)
    await execution.close()
  })
})

describe('close', () => {
  test.each(Array.from({ length: 4 }, (_, turn) => ({ turn })))(
    'in mid-load › ends the threads, not the process ($turn)',
    async ({ turn }) => {
      const lanes = await start({ lanes: 2, verifier: 'portable' })
      const { execution, workers } = lanes
      // A terminated thread takes the process with it when it is in a native call: one time in some forty.
      const terminated = workers.map((worker) => vi.spyOn(worker, 'terminate'))
      const offers = load(await playFirst(execution), 1_500)
      execution.open(emptyBlock)
      offers.forEach((offer, ticket) => {
        submit(execution, offer, ticket)
      })
      const sealing = expect(execution.seal()).rejects.toMatchObject(fault('CLOSED'))
      for (let i = 0; i < 3 * turn; i += 1) await new Promise(setImmediate)
      await execution.close()
      await sealing
      for (const calls of terminated) expect(calls).not.toHaveBeenCalled()
      expect(lanes.outcomes.size).toBeLessThan(offers.length)
    },
  )
})

describe('options', () => {
  test.each([
    { option: 'lanes', options: { lanes: 0 } },
    { option: 'lanes', options: { lanes: 65 } },
    { option: 'lanes', options: { lanes: 1.5 } },
    { option: 'queueEntries', options: { lanes: 1, queueEntries: 100 } },
    { option: 'queueEntries', options: { lanes: 1, queueEntries: 32 } },
    { option: 'segmentsPerBlock', options: { lanes: 1, segmentsPerBlock: 63 } },
    { option: 'segmentsPerBlock', options: { lanes: 1, segmentsPerBlock: 1_025 } },
  ])('$options › OPTION_INVALID', async ({ option, options }) => {
    const creating = createExecution({ config, log }, options)
    await expect(creating).rejects.toMatchObject(fault('OPTION_INVALID', { option }))
  })
})

test('two numbers of lanes › start from the same roots', async () => {
  const [one, many] = await Promise.all([start({ lanes: 1 }), start({ lanes: 5 })])
  const genesis = new ReferenceChain().shardRoots()
  expect(await one.execution.shardRoots()).toEqual(genesis)
  expect(await many.execution.shardRoots()).toEqual(genesis)
  const made = await playFirst(many.execution)
  expect(openingOf(made.first).number).toBe(1n)
  expect(await many.execution.shardRoots()).toEqual(made.chain.shardRoots())
})
