import {
  type BatchClaim,
  type BlockHeader,
  BlockSourceError,
  BlockView,
  ownerAddress,
  SettlementError,
  type SignedHeader,
  SignedHeaderType,
  toHex,
} from '@parley/protocol'
import { openHeader } from '@parley/protocol/fraud'
import type { BuiltBlock } from '@parley/protocol/reference'
import { expect, test } from 'vitest'
import type { EvidenceOutcome, EvidenceSender, WatchedSource } from '../src/index.ts'
import { keptBytes } from '../src/watch/header-store.ts'
import { digestOf } from './support/chain.ts'
import { sequencerSecret, signed } from './support/honest-world.ts'
import { claimed } from './support/l2.ts'
import { rescueOf, waiting } from './support/rescues.ts'
import { Rig, type Running, until } from './support/rig.ts'
import { startsNodes } from './support/started.ts'

const started = startsNodes()

interface Shown {
  readonly kind: string
  readonly headers: readonly BlockHeader[]
  readonly opening?: Uint8Array
}

/** An account that remembers what it was asked to show. */
class FakeSender implements EvidenceSender {
  readonly address = new Uint8Array(20).fill(7)
  readonly shown: Shown[] = []
  answer: () => Promise<EvidenceOutcome> = async () => 'done'

  async proveEquivocation(a: SignedHeader, b: SignedHeader): Promise<EvidenceOutcome> {
    this.shown.push({ kind: 'equivocation', headers: [a.header, b.header] })
    return this.answer()
  }

  async proveContradiction(one: SignedHeader, claim: BatchClaim, opening: Uint8Array): Promise<EvidenceOutcome> {
    this.shown.push({ kind: 'contradiction', headers: [one.header, claim.lastHeader], opening })
    return this.answer()
  }
}

/** Two claims that a node verifies. */
function prepared(sender?: EvidenceSender, sources: readonly WatchedSource[] = []): Rig {
  const rig = new Rig()
  rig.l2.sequencer = ownerAddress(sequencerSecret)
  rig.prepare()
  rig.watch = { sources, evidencePeriod: 60, ...(sender === undefined ? {} : { sender }) }
  return rig
}

const headerOf = (rig: Rig, number: number): BlockHeader => (rig.built[number - 1] as BuiltBlock).block.header
const other = (header: BlockHeader): BlockHeader => ({ ...header, stateRoot: digestOf('another state') })
const hand = (one: Running, header: BlockHeader) => one.get('/v1/headers', SignedHeaderType.serialize(signed(header)))
const said = (rig: Rig, start: string) => rig.logged.some(({ msg }) => String(msg).startsWith(start))
const finalize = (rig: Rig, claim: number) => {
  const { hash } = rig.claims[claim - 1] as Rig['claims'][number]
  rig.l2.mine({ kind: 'final', number: BigInt(claim), hash })
}
/** A header that follows what is claimed. */
function ahead(rig: Rig): BlockHeader {
  const last = headerOf(rig, 4)
  return { ...last, number: 5n, timestamp: last.timestamp + 250n }
}

test('watching › what is handed in is kept once, and only with the signature of the key', async () => {
  const rig = prepared()
  const one = await started(rig)
  await one.verified(2n)
  const header = ahead(rig)
  expect(await hand(one, header)).toEqual({ status: 200, body: { taken: 'kept' } })
  expect(await hand(one, header)).toEqual({ status: 200, body: { taken: 'known' } })
  const bytes = SignedHeaderType.serialize({ ...signed(header), header: other(header) })
  expect(await one.get('/v1/headers', bytes)).toMatchObject({ status: 400, body: { code: 'HEADER_UNSIGNED' } })
  expect(await one.get('/v1/headers', bytes.subarray(1))).toMatchObject({ body: { code: 'BODY_SIZE' } })
  expect(await one.get('/v1/evidence')).toEqual({ status: 200, body: { evidence: [] } })
  expect((await one.node.status()).watch).toEqual({ sources: [], headers: 1, conflicts: 0 })
})

test('watching › without a key two headers of a block are told, in a form that anybody can send', async () => {
  const rig = prepared()
  const one = await started(rig)
  await one.verified(2n)
  const header = ahead(rig)
  await hand(one, header)
  expect((await hand(one, other(header))).body).toEqual({ taken: 'contradicts' })
  await until('the alarm', () => said(rig, "THE SEQUENCER'S KEY SIGNED TWO HEADERS FOR ONE BLOCK; GET /v1/evidence"))
  const lineage = toHex(header.lineage)
  expect(rig.logged.flatMap((line) => line.lineage ?? [])).toEqual([lineage, lineage])
  const { evidence } = (await one.get('/v1/evidence')).body as { evidence: unknown[] }
  expect(evidence).toMatchObject([{ shown: false, evidence: { kind: 'equivocation', value: { a: {}, b: {} } } }])
  expect(await one.registry.metrics()).toContain('parley_node_evidence_total{kind="equivocation",outcome="found"} 1')
  expect(await one.registry.metrics()).toContain(
    'parley_node_watched_headers_total{source="given",outcome="contradicts"} 1',
  )
})

test('watching › what claims show counts, too', async () => {
  const sender = new FakeSender()
  const rig = prepared(sender)
  const one = await started(rig)
  await one.verified(2n)
  const next = rig.chain.build(rig.chain.say(3, 1))
  await hand(one, other(next.block.header))
  const made = rig.publish(next)
  rig.l2.mine({ ...claimed(made), seal: signed(next.block.header).signature } as never)
  await until('the evidence', () => sender.shown.length === 1)
  expect(sender.shown[0]?.kind).toBe('equivocation')
})

test('watching › two headers are shown on the L2 after a restart, until the L2 takes them', async () => {
  const sender = new FakeSender()
  const rig = prepared(sender)
  sender.answer = async () => {
    throw new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'test' })
  }
  const one = await started(rig)
  await one.verified(2n)
  const header = ahead(rig)
  await hand(one, header)
  await hand(one, other(header))
  await until('refusals', () => sender.shown.length >= 2)
  await one.stop()
  sender.shown.length = 0
  sender.answer = async () => 'already'
  const again = await started(rig)
  await until('it is shown', () => said(rig, 'the second header is shown on the L2'))
  expect(sender.shown).toHaveLength(1)
  expect(sender.shown[0]).toMatchObject({ kind: 'equivocation' })
  expect(((await again.get('/v1/evidence')).body as { evidence: unknown[] }).evidence).toMatchObject([{ shown: true }])
})

test('watching › what is found while the key has no bond is shown once it has one', async () => {
  const sender = new FakeSender()
  const rig = prepared(sender)
  sender.answer = async () => 'unbonded'
  const one = await started(rig)
  await one.verified(2n)
  const header = ahead(rig)
  await hand(one, header)
  await hand(one, other(header))
  await until('the wait', () => said(rig, 'a second header waits'))
  const evidence = async () => ((await one.get('/v1/evidence')).body as { evidence: unknown[] }).evidence
  expect(await evidence()).toMatchObject([{ shown: false }])
  sender.answer = async () => 'done'
  rig.l2.mine()
  await until('it is shown', () => said(rig, 'the second header is shown on the L2'))
  expect(await evidence()).toMatchObject([{ shown: true }])
  expect(rig.logged.filter(({ msg }) => String(msg).startsWith('a second header waits'))).toHaveLength(1)
})

test('watching › what was shown is shown anew when the L2 takes its blocks back', async () => {
  const sender = new FakeSender()
  const rig = prepared(sender)
  const one = await started(rig)
  await one.verified(2n)
  const header = ahead(rig)
  await hand(one, header)
  await hand(one, other(header))
  rig.l2.mine()
  await until('it is shown', () => sender.shown.length === 1)
  rig.l2.reorganise(1, [])
  await until('it is shown again', () => sender.shown.length === 2)
})

test('watching › a header that a final claim contradicts is shown against it, whenever it comes', async () => {
  const sender = new FakeSender()
  const rig = prepared(sender)
  const one = await started(rig)
  await one.verified(2n)
  await hand(one, headerOf(rig, 2))
  await hand(one, other(headerOf(rig, 1)))
  finalize(rig, 1)
  await until('the first', () => sender.shown.length === 1)
  await until('the right one is let go', async () => (await one.node.status()).watch.headers === 1)
  await hand(one, other(headerOf(rig, 2)))
  await until('the second', () => sender.shown.length === 2)
  const headers = [headerOf(rig, 1), headerOf(rig, 2)]
  expect(sender.shown).toEqual(
    [0, 1].map((index) => ({
      kind: 'contradiction',
      headers: [other(headers[index] as BlockHeader), headers[1]],
      opening: openHeader(headers, index),
    })),
  )
  expect((await hand(one, headerOf(rig, 2))).body).toEqual({ taken: 'known' })
})

test('watching › neither claims of rescues nor headers that bind nobody are evidence', async () => {
  const sender = new FakeSender()
  const rig = waiting()
  rig.l2.sequencer = ownerAddress(sequencerSecret)
  rig.watch = { sources: [], evidencePeriod: 60, sender }
  const rescued = rig.chain.build([], 2)
  rig.l2.mine(...rescueOf(rig, rescued).events)
  const one = await started(rig)
  await one.verified(3n)
  await hand(one, other(rescued.block.header))
  const { header } = rescued.block
  const next = { ...header, number: 6n }
  const foreign = { ...next, lineage: digestOf('never in force') }
  const unqueued = { ...next, inboxHash: digestOf('another queue') }
  for (const each of [foreign, other(foreign), unqueued, next]) await hand(one, each)
  for (const claim of [1, 2, 3]) finalize(rig, claim)
  await until('all is final', async () => (await one.node.status()).finality.final.claim === 3n)
  // What comes last is looked at last.
  const last = { ...next, number: 9n }
  await hand(one, last)
  await hand(one, other(last))
  await until('the last', () => sender.shown.length > 0)
  expect(sender.shown.map(({ headers }) => headers[0]?.number)).toEqual([9n])
})

test('watching › whatever v a header is shown with, what shows it on the L2 has the right one', async () => {
  const rig = prepared()
  const one = await started(rig)
  await one.verified(2n)
  const headers = [ahead(rig), other(ahead(rig))]
  for (const header of headers) {
    const { signature } = signed(header)
    const bytes = SignedHeaderType.serialize({ header, signature: Uint8Array.of(...signature.subarray(0, 64), 0) })
    expect(await one.get('/v1/headers', bytes)).toMatchObject({ status: 200 })
  }
  const { evidence } = (await one.get('/v1/evidence')).body as {
    evidence: { evidence: { value: Record<'a' | 'b', { signature: string }> } }[]
  }
  const told = evidence.flatMap(({ evidence: { value } }) => [value.a.signature, value.b.signature])
  const hex = headers.map((header) => `0x${Buffer.from(signed(header).signature).toString('hex')}`)
  expect(told.sort()).toEqual(hex.sort())
})

test('watching › headers that bind nobody keep none out that bind', async () => {
  const sender = new FakeSender()
  const rig = prepared(sender)
  const one = await started(rig)
  await one.verified(2n)
  const header = ahead(rig)
  for (let i = 0; i < 4; i += 1) await hand(one, { ...header, inboxHash: digestOf(`no queue has it ${i}`) })
  for (const each of [header, other(header)]) expect((await hand(one, each)).body).toEqual({ taken: 'contradicts' })
  await until('the evidence', () => sender.shown.length === 1)
  expect(sender.shown[0]?.headers).toEqual(expect.arrayContaining([header, other(header)]))
  expect((await one.node.status()).watch.headers).toBe(4)
})

test('watching › a source keeps no more than its share, and others theirs', async () => {
  const rig = prepared()
  const one = await started(rig, { watchedBytes: 2 ** 16 })
  await one.verified(2n)
  const most = Math.floor(2 ** 16 / keptBytes)
  for (let i = 0; i < most; i += 1) await hand(one, { ...ahead(rig), number: BigInt(10 + i) })
  expect(await hand(one, ahead(rig))).toMatchObject({
    body: { code: 'HEADERS_FULL', source: 'given', maximum: 2 ** 16 },
  })
  const next = rig.chain.build(rig.chain.say(3, 1))
  rig.l2.mine({ ...claimed(rig.publish(next)), seal: signed(next.block.header).signature } as never)
  await until('the claim’s header', async () => (await one.node.status()).watch.headers === most + 1)
})

test('watching › headers that cost their key nothing fill a small share, and what can be shown always has room', async () => {
  const sender = new FakeSender()
  const rig = prepared(sender)
  const one = await started(rig, { watchedBytes: 2 ** 16 })
  await one.verified(2n)
  const header = ahead(rig)
  const costless: BlockHeader[] = [
    { ...header, number: 10n ** 12n },
    { ...header, inboxHash: digestOf('no queue has it') },
    { ...header, lineage: digestOf('a lineage that is over') },
  ]
  const few = Math.floor(2 ** 12 / keptBytes)
  for (let i = 0; i < few; i += 1) {
    const each = costless[i % costless.length]!
    expect((await hand(one, { ...each, number: each.number + BigInt(i) })).body).toEqual({ taken: 'kept' })
  }
  for (const each of costless)
    expect(await hand(one, { ...each, number: each.number + 1_000n })).toMatchObject({
      body: { code: 'HEADERS_FULL', source: 'given, not of the chain', maximum: 2 ** 12 },
    })
  const most = Math.floor(2 ** 16 / keptBytes)
  for (let i = 0; i < most; i += 1) await hand(one, { ...header, number: header.number + BigInt(i) })
  expect(await hand(one, { ...header, number: header.number + BigInt(most) })).toMatchObject({
    body: { code: 'HEADERS_FULL', source: 'given', maximum: 2 ** 16 },
  })
  expect((await hand(one, other(header))).body).toEqual({ taken: 'contradicts' })
  await until('the evidence', () => sender.shown.length === 1)
})

test('watching › headers are forgotten once no bond answers for them', async () => {
  const rig = prepared()
  const one = await started(rig)
  await one.verified(2n)
  const voided = { ...headerOf(rig, 1), lineage: digestOf('a lineage that is over') }
  for (const header of [voided, headerOf(rig, 1), ahead(rig)]) await hand(one, header)
  rig.l2.time = 1_000_000n
  finalize(rig, 1)
  await until('the final one is let go', async () => (await one.node.status()).watch.headers === 2)
  rig.l2.time = 1_060_000n
  rig.l2.mine({ kind: 'removal', standing: 2n, lineage: digestOf('next') })
  await until('the removal', async () => (await one.node.status()).l2?.time === 1_060_000n)
  expect((await one.node.status()).watch.headers).toBe(2)
  rig.l2.time = 1_060_001n
  rig.l2.mine({ kind: 'removal', standing: 2n, lineage: digestOf('one more') })
  await until('one is forgotten', async () => (await one.node.status()).watch.headers === 1)
  expect((await hand(one, ahead(rig))).body).toEqual({ taken: 'known' })
})

/** A feed that gives what it has, fails as it is told and is asked again. */
class ScriptedSource implements WatchedSource {
  readonly name = 'http://feed'
  readonly given: SignedHeader[] = []
  readonly asked: bigint[] = []
  fails = true
  private readonly view: BlockView

  constructor(rig: Rig) {
    const { block, witness } = rig.built[0] as BuiltBlock
    this.view = BlockView.encode({ block, witness, signature: new Uint8Array(65) })
  }

  get blocks() {
    const { asked, given, view } = this
    const isFailing = () => this.fails
    return {
      async *blocks(from: bigint, signal: AbortSignal) {
        asked.push(from)
        if (isFailing()) throw new BlockSourceError({ code: 'BLOCK_SOURCE_UNAVAILABLE', reason: 'test' })
        for (const { header, signature } of given)
          if (header.number >= from) yield BlockView.of(header, view.runs, signature)
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      },
    }
  }
}

test('watching › a dead source is told and halts nothing; what it shows later is compared', async () => {
  const sender = new FakeSender()
  const rig = prepared(sender)
  const source = new ScriptedSource(rig)
  rig.watch = { ...rig.watch, sources: [source] }
  const one = await started(rig)
  await one.verified(2n)
  await until('the failure', () => said(rig, 'a watched source fails'))
  expect((await one.node.status()).watch.sources).toMatchObject([
    { name: 'http://feed', state: 'failing', fault: { code: 'BLOCK_SOURCE_UNAVAILABLE' } },
  ])
  expect(await one.registry.metrics()).toContain('parley_node_watched_source_up{source="http://feed"} 0')
  expect(await one.node.unreadyBecause()).toBeUndefined()
  const header = ahead(rig)
  source.given.push(signed(headerOf(rig, 4)), signed(header))
  source.fails = false
  await until('it is followed', async () => (await one.node.status()).watch.sources[0]?.block === 5n)
  expect((await one.node.status()).watch.sources[0]).toMatchObject({ state: 'following', fault: undefined })
  expect(await one.registry.metrics()).toContain('parley_node_watched_source_up{source="http://feed"} 1')
  // From the last block that is claimed on, and after a removal from the one left standing.
  expect(new Set(source.asked)).toEqual(new Set([4n]))
  source.given.length = 0
  rig.l2.mine({ kind: 'removal', standing: 1n, lineage: digestOf('next') })
  await until('the other reading', () => source.asked.at(-1) === 2n)
  await hand(one, other(header))
  await until('the evidence', () => sender.shown.length === 1)
})
