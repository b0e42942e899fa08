import { type BlockHeader, BlockHeaderType, genesisHeader, SettlementError } from '@parley/protocol'
import { Pulse } from '@parley/runtime'
import { ManualClock } from '@parley/runtime/testing'
import { MemoryLevel } from 'memory-level'
import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { genesisTip } from '../src/chain/tip.ts'
import { BlockTime } from '../src/settlement/block-time.ts'
import { Finality } from '../src/settlement/finality.ts'
import { InboxFollower } from '../src/settlement/inbox-follower.ts'
import { FinalityStore } from '../src/store/finality-store.ts'
import { InboxStore } from '../src/store/inbox-store.ts'
import { FakeL2 } from './support/fake-l2.ts'
import { config, deposit } from './support/world.ts'

const log = pino({ level: 'silent' })
let l2: FakeL2
let db: MemoryLevel<Uint8Array, Uint8Array>
let clock: ManualClock
let ended: AbortController

beforeEach(() => {
  l2 = new FakeL2(config, new Uint8Array(20))
  db = new MemoryLevel<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' })
  clock = new ManualClock()
  ended = new AbortController()
})
afterEach(() => ended.abort())

/** Runs a follower; `until` waits for a page after which the condition holds. */
async function following(consumed = 0n, removals = 0) {
  const store = await InboxStore.open(db)
  const moved = new Pulse()
  const inbox = new InboxFollower(
    { settlement: l2, clock, log, store, config: { ...config, forceDelayMs: 1_000n }, moved: () => moved.beat() },
    { items: consumed, removals },
  )
  const done = inbox.follow(ended.signal)
  done.catch(() => undefined)
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await moved.next()
  }
  return { inbox, store, done, until }
}

test('inbox follower › keeps items in order and hands each out once', async () => {
  l2.enqueue(deposit(1), deposit(2), deposit(3))
  const { inbox, until } = await following()
  await until(() => inbox.count === 3n)
  expect(await inbox.take(2, (waiting) => waiting.length)).toEqual(l2.items.slice(0, 2))
  expect(await inbox.take(64, (waiting) => waiting.length)).toEqual(l2.items.slice(2))
  expect(await inbox.take(64, (waiting) => waiting.length)).toEqual([])
})

test('inbox follower › goes on from its store after a restart, without asking for items again', async () => {
  l2.enqueue(deposit(1), deposit(2))
  const first = await following()
  await first.until(() => first.inbox.count === 2n)
  ended.abort()
  await first.done
  ended = new AbortController()
  l2.enqueue(deposit(3))
  const second = await following(1n)
  expect(second.inbox.count).toBe(2n)
  await second.until(() => second.inbox.count === 3n)
  expect(await second.inbox.take(64, (waiting) => waiting.length)).toEqual(l2.items.slice(1))
})

test('inbox follower › knows what is due as far as the L2 has come', async () => {
  l2.time = 50_000n
  const { inbox, until } = await following()
  await until(() => inbox.caughtUp)
  expect(inbox.knownUntil).toBe(51_000n)
  l2.time = 52_000n
  l2.empty()
  await until(() => inbox.knownUntil === 53_000n)
})

test('inbox follower › forgets what the L2 took back, unless it was consumed', async () => {
  l2.enqueue(deposit(1), deposit(2), deposit(3))
  const { inbox, until, done } = await following()
  await until(() => inbox.count === 3n)
  await inbox.take(1, (waiting) => waiting.length)
  l2.rollBack(1n)
  await until(() => inbox.count === 1n)
  l2.enqueue(deposit(7))
  await until(() => inbox.count === 2n)
  expect(await inbox.take(64, (waiting) => waiting.length)).toEqual(l2.items.slice(1))
  l2.rollBack(1n)
  await expect(done).rejects.toMatchObject({ fault: { code: 'INBOX_ROLLED_BACK', item: 1n, to: 1n } })
})

test('inbox follower › an L2 that does not answer is asked again, another fault ends it', async () => {
  l2.enqueue(deposit(1))
  l2.failNext = new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'gone' })
  const { inbox, until, done } = await following()
  while (clock.waits.length === 0) await new Promise(setImmediate)
  expect(inbox.caughtUp).toBe(false)
  clock.advance(250)
  await until(() => inbox.count === 1n)
  l2.failNext = new RangeError('a defect')
  l2.empty()
  await expect(done).rejects.toThrow('a defect')
})

test('inbox follower › an item out of order ends it', async () => {
  l2.enqueue(deposit(1), deposit(2))
  Object.assign(l2.items[1] as object, { index: 5n })
  const { done } = await following()
  await expect(done).rejects.toMatchObject({ fault: { code: 'INBOX_GAP', expected: 1n, received: 5n } })
})

function finalityOf(to = log) {
  const moved = new Pulse()
  const genesis = genesisTip(config)
  const sealed = [genesis.root]
  const finality = new Finality({
    settlement: l2,
    clock,
    log: to,
    sealedRoot: async (_, number) => sealed[Number(number)],
    store: new FinalityStore(db),
    took: () => undefined,
    time: new BlockTime(clock),
    moved: () => moved.beat(),
  })
  const done = finality.follow(ended.signal)
  done.catch(() => undefined)
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await moved.next()
  }
  const header = (number: bigint): BlockHeader => ({ ...genesisHeader(config), number })
  const seal = (number: bigint) => {
    sealed[Number(number)] = BlockHeaderType.hashTreeRoot(header(number))
    return header(number)
  }
  return { finality, done, until, seal, header }
}

test('finality › rises with claims and falls with the L2 that takes them back', async () => {
  const { finality, until, seal } = finalityOf()
  l2.claim(seal(4n))
  l2.claim(seal(9n))
  await until(() => finality.claimed === 9n)
  expect([finality.levelOf(4n), finality.levelOf(9n), finality.levelOf(10n)]).toEqual(['claimed', 'claimed', 'sealed'])
  l2.finalize(1n)
  await until(() => finality.final === 4n)
  expect(finality.levelOf(4n)).toBe('final')
  l2.rollBack(2n)
  await until(() => finality.final === 0n)
  expect(finality.claimed).toBe(9n)
  l2.rollBack(1n)
  await until(() => finality.claimed === 4n)
})

test('finality › goes on where it stood, and still falls with a rollback', async () => {
  const first = finalityOf()
  l2.claim(first.seal(4n))
  l2.finalize(1n)
  l2.claim(first.seal(9n))
  await first.until(() => first.finality.claimed === 9n && first.finality.final === 4n)
  ended.abort()
  await first.done
  ended = new AbortController()
  const second = finalityOf()
  // It knows of no headers: a claim told again would end it.
  await second.until(() => second.finality.claimed === 9n)
  expect(second.finality.final).toBe(4n)
  l2.rollBack(1n)
  await second.until(() => second.finality.final === 0n)
  expect(second.finality.claimed).toBe(4n)
})

test('finality › a claim of something else than was sealed here ends it', async () => {
  const { done, seal, header } = finalityOf()
  seal(4n)
  l2.claim({ ...header(4n), stateRoot: new Uint8Array(32).fill(9) })
  await expect(done).rejects.toMatchObject({ fault: { code: 'CLAIM_CONTRADICTS', block: 4n } })
})

test('finality › a claim of a block not sealed here ends it', async () => {
  const { done, header } = finalityOf()
  l2.claim(header(3n))
  await expect(done).rejects.toMatchObject({ fault: { code: 'CLAIM_CONTRADICTS', block: 3n } })
})

test('finality › a claim of something else that was removed does not end it', async () => {
  l2.claim({ ...genesisHeader(config), number: 4n, stateRoot: new Uint8Array(32).fill(9) })
  l2.removal(new Uint8Array(32).fill(7), 0n)
  const { finality, until, seal } = finalityOf()
  l2.claim(seal(5n))
  await until(() => finality.claimed === 5n)
})

test('finality › falls with a removal, and rises again with the L2 that takes it back', async () => {
  const { finality, until, seal } = finalityOf()
  l2.claim(seal(4n))
  l2.claim(seal(9n))
  l2.finalize(1n)
  l2.removal(new Uint8Array(32).fill(7), 1n)
  await until(() => finality.claimed === 4n)
  expect(finality.final).toBe(4n)
  l2.rollBack(3n)
  await until(() => finality.claimed === 9n)
})

test('inbox follower › stores a removal with what it left standing, and ends', async () => {
  const header = { ...genesisHeader(config), number: 4n }
  const lineage = new Uint8Array(32).fill(7)
  l2.claim(header)
  l2.claim({ ...header, number: 9n })
  l2.enqueue(deposit(1))
  const { done, store } = await following()
  l2.removal(lineage, 1n)
  await expect(done).rejects.toMatchObject({ fault: { code: 'LINEAGE_CHANGED', received: lineage, standing: 4n } })
  expect((await InboxStore.open(db)).standing).toEqual(store.standing)
  expect(store.standing.removals).toEqual([{ lineage, block: 4n, root: BlockHeaderType.hashTreeRoot(header), at: 4n }])
})

test('inbox follower › a removal that the L2 took back is forgotten', async () => {
  l2.claim({ ...genesisHeader(config), number: 4n })
  l2.removal(new Uint8Array(32).fill(7))
  l2.rollBack(1n)
  const { inbox, until, store } = await following()
  await until(() => inbox.caughtUp)
  expect(store.standing.removals).toEqual([])
  expect(store.standing.claims).toMatchObject([{ number: 1n, removedAt: undefined }])
})

test('inbox follower › a removal that was acted on and is taken back ends it', async () => {
  l2.removal(new Uint8Array(32).fill(7))
  const { inbox, until, done } = await following(0n, 1)
  await until(() => inbox.caughtUp)
  l2.rollBack(0n)
  await expect(done).rejects.toMatchObject({ fault: { code: 'REMOVAL_ROLLED_BACK', removal: 0, to: 0n } })
})

test('finality › a clock that is not the L2’s is told once, and again after it was right', async () => {
  const told: { aheadMs: number }[] = []
  const listening = pino({ level: 'warn' }, { write: (line: string) => told.push(JSON.parse(line)) })
  l2.time = BigInt(clock.now() - 3_600_000)
  const { finality, until, seal } = finalityOf(listening)
  l2.claim(seal(1n))
  await until(() => finality.claimed === 1n)
  l2.time = BigInt(clock.now() + 29_000)
  l2.claim(seal(2n))
  await until(() => finality.claimed === 2n)
  l2.time = BigInt(clock.now() + 31_000)
  l2.claim(seal(3n))
  await until(() => finality.claimed === 3n)
  expect(told.map(({ aheadMs }) => aheadMs)).toEqual([3_600_000, -31_000])
})
