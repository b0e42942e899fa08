import assert from 'node:assert/strict'
import { genesisHeader } from '../block/roots.ts'
import { rulesAt, sequencerAt, unknownRules } from '../schedule.ts'
import { BlockHeaderType } from '../types/block.ts'
import { rejectsWithCode, sameRecord } from './expect.ts'
import { followUntil, nextClaim, type SettlementCheck } from './settlement-harness.ts'

/** Checks of views, claims and finality. */
export const claimChecks: Readonly<Record<string, SettlementCheck>> = {
  'views › the genesis is the one the parameters make, and the first head': async ({ settlement }, signal) => {
    const config = await settlement.config(signal)
    const genesis = await settlement.genesis(signal)
    sameRecord(BlockHeaderType.serialize(genesis), BlockHeaderType.serialize(genesisHeader(config)))
    const head = await settlement.head(signal)
    assert.equal(head.number, 0n)
    sameRecord(BlockHeaderType.serialize(head.lastHeader), BlockHeaderType.serialize(genesis))
    sameRecord(await settlement.lineage(signal), config.genesis.lineage)
    const { keys, rules } = await settlement.schedule(signal)
    assert.equal(sequencerAt(keys, 1n).key.length, 20)
    assert.deepEqual(rulesAt(rules, genesis.timestamp).fees, config.fees)
    assert.equal(unknownRules(rules, config.fees), undefined)
  },
  'claim › it becomes the head and is told with its hash': async ({ settlement }, signal) => {
    const request = await nextClaim(settlement, 1, signal)
    const receipt = await settlement.claim(request, signal)
    assert.equal(receipt.number, 1n)
    const head = await settlement.head(signal)
    assert.equal(head.number, 1n)
    sameRecord(head.hash, receipt.hash)
    sameRecord(BlockHeaderType.serialize(head.lastHeader), BlockHeaderType.serialize(request.lastHeader))
    const { events } = await followUntil(settlement, undefined, (all) => all.length > 0, signal)
    const [event] = events
    assert.ok(event?.kind === 'claim', `told ${event?.kind}`)
    sameRecord(event.hash, receipt.hash)
    sameRecord(event.at.blockHash, receipt.at.blockHash)
    sameRecord(event.claim.coreRoot, request.coreRoot)
    sameRecord(event.claim.core.pointer, request.core.pointer)
    sameRecord(event.claim.parent, request.parent)
  },
  'claim › asked for again it gives the receipt of the first time': async ({ settlement }, signal) => {
    const request = await nextClaim(settlement, 1, signal)
    const first = await settlement.claim(request, signal)
    assert.deepEqual(await settlement.claim(request, signal), first)
    assert.deepEqual(await settlement.receiptOf(1n, signal), first)
    assert.equal(await settlement.receiptOf(2n, signal), undefined)
    assert.equal((await settlement.head(signal)).number, 1n)
  },
  'claim › asked for again after a restart it gives the receipt of the first time': async (harness, signal) => {
    const request = await nextClaim(harness.settlement, 1, signal)
    const first = await harness.settlement.claim(request, signal)
    const again = await harness.restart()
    assert.deepEqual(await again.claim(request, signal), first)
    assert.equal((await again.head(signal)).number, 1n)
  },
  'claim › interrupted anywhere and asked for again it is made once': async (harness, signal) => {
    const request = await nextClaim(harness.settlement, 1, signal)
    const interrupted = harness.settlement.claim(request, signal).catch(() => undefined)
    const again = await harness.restart()
    const receipt = await again.claim(request, signal)
    await interrupted
    sameRecord((await again.head(signal)).hash, receipt.hash)
    const following = await nextClaim(again, 5, signal)
    assert.equal((await again.claim(following, signal)).number, 2n)
    const { events } = await followUntil(again, undefined, (all) => all.length >= 2, signal)
    assert.deepEqual(
      events.map((event) => (event.kind === 'claim' ? event.claim.number : event.kind)),
      [1n, 2n],
    )
  },
  'claim › another one under a number that stands is a conflict': async ({ settlement }, signal) => {
    const request = await nextClaim(settlement, 1, signal)
    await settlement.claim(request, signal)
    const other = { ...request, coreRoot: new Uint8Array(32).fill(99) }
    await rejectsWithCode(['CLAIM_CONFLICT'], () => settlement.claim(other, signal))
  },
  'claim › one that does not follow the head is refused, and the next right one is taken': async (harness, signal) => {
    const { settlement } = harness
    const request = await nextClaim(settlement, 1, signal)
    const astray = { ...request, parent: new Uint8Array(32).fill(98) }
    await rejectsWithCode(['CLAIM_REFUSED'], () => settlement.claim(astray, signal))
    assert.equal((await settlement.claim(request, signal)).number, 1n)
  },
  'finalize › nothing is final before its windows have passed, everything after': async (harness, signal) => {
    const { settlement } = harness
    assert.equal(await settlement.finalize(signal), 0n)
    for (const content of [1, 5, 9]) await settlement.claim(await nextClaim(settlement, content, signal), signal)
    assert.equal(await settlement.finalize(signal), 0n)
    await harness.passWindows()
    assert.equal(await settlement.finalize(signal), 3n)
    assert.equal(await settlement.finalize(signal), 3n)
    const { events } = await followUntil(settlement, undefined, (all) => all.length >= 6, signal)
    const told = events.map((event) => {
      if (event.kind === 'claim') return `claim ${event.claim.number}`
      return event.kind === 'final' ? `final ${event.number}` : event.kind
    })
    assert.deepEqual(told, ['claim 1', 'claim 2', 'claim 3', 'final 1', 'final 2', 'final 3'])
  },
}
