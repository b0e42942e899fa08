import assert from 'node:assert/strict'
import { nextInboxHash } from '../block/roots.ts'
import type { SettlementEvent } from '../interfaces/settlement.ts'
import { InboxItemKind, type QueuedItem } from '../types/inbox.ts'
import { sameRecord } from './expect.ts'
import { followUntil, type SettlementCheck, type SettlementHarness } from './settlement-harness.ts'

const items = (events: readonly SettlementEvent[]): QueuedItem[] =>
  events.flatMap((event) => (event.kind === 'item' ? [event.queued] : []))

const shards = (events: readonly SettlementEvent[]): number[] =>
  items(events).map(({ item }) => (item.selector === InboxItemKind.deposit ? item.value.shard : -1))

const collect = (harness: SettlementHarness, count: number, signal: AbortSignal) =>
  followUntil(harness.settlement, undefined, (all, page) => items(all).length >= count && page.caughtUp, signal)

/** Checks of what is told of the L2. */
export const followingChecks: Readonly<Record<string, SettlementCheck>> = {
  'follow › items come in order, from the first, with what names their block': async (harness, signal) => {
    for (const shard of [5, 3, 63]) await harness.queue(shard)
    const { events } = await collect(harness, 3, signal)
    assert.deepEqual(shards(events), [5, 3, 63])
    assert.deepEqual(
      items(events).map(({ index }) => index),
      [0n, 1n, 2n],
    )
    for (const event of events) if (event.kind === 'item') assert.equal(event.at.blockHash.length, 32)
    const times = items(events).map(({ time }) => time)
    assert.deepEqual(
      times,
      [...times].sort((a, b) => Number(a - b)),
    )
  },
  'follow › the hash of the queue takes in every item and the block before its own': async (harness, signal) => {
    for (const shard of [1, 2, 3]) await harness.queue(shard)
    let hash: Uint8Array = new Uint8Array(32)
    for (const event of (await collect(harness, 3, signal)).events) {
      assert.ok(event.kind === 'item', `told ${event.kind}`)
      hash = nextInboxHash(hash, event.queued.item, await harness.parentOf(event.at))
      sameRecord(event.queued.inboxHash, hash)
    }
  },
  'follow › a cursor goes on behind what was told': async (harness, signal) => {
    await harness.queue(1)
    const { page } = await collect(harness, 1, signal)
    await harness.queue(2)
    const { settlement } = harness
    const more = await followUntil(settlement, page.cursor, (all) => items(all).length >= 1, signal)
    assert.deepEqual(shards(more.events), [2])
    assert.equal(items(more.events)[0]?.index, 1n)
  },
  'follow › a cursor goes on after a restart': async (harness, signal) => {
    await harness.queue(1)
    const { page } = await collect(harness, 1, signal)
    const again = await harness.restart()
    await harness.queue(2)
    const more = await followUntil(again, page.cursor, (all) => items(all).length >= 1, signal)
    assert.deepEqual(shards(more.events), [2])
  },
  'follow › a page comes when the head moves without events, and time never falls': async (harness, signal) => {
    await harness.queue(1)
    const { page } = await collect(harness, 1, signal)
    await harness.advance(2)
    const { settlement } = harness
    const quiet = await followUntil(
      settlement,
      page.cursor,
      (_, { cursor, caughtUp }) => caughtUp && cursor.blockNumber >= page.cursor.blockNumber + 2n,
      signal,
    )
    assert.deepEqual(quiet.events, [])
    assert.ok(quiet.page.time >= page.time)
  },
  'follow › what a reorganisation takes back is rolled back before anything else is told': async (harness, signal) => {
    await harness.queue(1)
    await harness.advance(1)
    const { page: before } = await collect(harness, 1, signal)
    await harness.queue(2)
    await harness.advance(1)
    const { settlement } = harness
    const orphaned = await followUntil(
      settlement,
      before.cursor,
      (all, page) => all.length > 0 && page.caughtUp,
      signal,
    )
    assert.deepEqual(shards(orphaned.events), [2])
    await harness.reorganise(2)
    await harness.queue(7)
    const after = await followUntil(settlement, orphaned.page.cursor, (all) => shards(all).includes(7), signal)
    const [rollback, ...events] = after.events
    assert.ok(rollback?.kind === 'rollback', `told ${rollback?.kind} first`)
    assert.ok(rollback.to.blockNumber <= before.cursor.blockNumber)
    assert.ok(!shards(events).includes(2))
    const last = items(events).at(-1)
    assert.equal(last?.index, 1n)
  },
  'follow › two followers do not disturb one another': async (harness, signal) => {
    await harness.queue(1)
    const [one, other] = await Promise.all([collect(harness, 1, signal), collect(harness, 1, signal)])
    assert.deepEqual(one.events, other.events)
    sameRecord(one.page.cursor.blockHash, other.page.cursor.blockHash)
  },
  'follow › it ends when the signal does': async ({ settlement }, signal) => {
    const stop = new AbortController()
    let pages = 0
    for await (const page of settlement.follow(undefined, 'latest', AbortSignal.any([signal, stop.signal]))) {
      pages += 1
      if (page.caughtUp) stop.abort()
    }
    assert.ok(pages > 0 && !signal.aborted)
  },
}
