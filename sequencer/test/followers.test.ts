import { type BlockHeader, BlockHeaderType, genesisHeader, SettlementError } from '@parley/protocol'
import { MemoryLevel } from 'memory-level'
import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { genesisTip } from '../src/chain/tip.ts'
import { Pulse } from '../src/pulse.ts'
import { Finality } from '../src/settlement/finality.ts'
import { InboxFollower } from '../src/settlement/inbox-follower.ts'
import { FinalityStore } from '../src/store/finality-store.ts'
import { InboxStore } from '../src/store/inbox-store.ts'
import { ManualClock } from './support/clock.ts'
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
async function following(consumed = 0n) {
  const store = await InboxStore.open(db)
  const moved = new Pulse()
  const inbox = new InboxFollower(
    { settlement: l2, clock, log, store, forceDelayMs: 1_000n, moved: () => moved.beat() },
    consumed,
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
  while (clock.sleeping === 0) await new Promise(setImmediate)
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

function finalityOf() {
  const moved = new Pulse()
  const genesis = genesisTip(config)
  const sealed = [genesis.root]
  const finality = new Finality({
    settlement: l2,
    clock,
    log,
    lineage: config.genesis.lineage,
    sealedRoot: async (_, number) => sealed[Number(number)],
    store: new FinalityStore(db),
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

test('finality › a new lineage ends it', async () => {
  const { done } = finalityOf()
  l2.removal(new Uint8Array(32).fill(7))
  await expect(done).rejects.toMatchObject({ fault: { code: 'LINEAGE_CHANGED' } })
})
