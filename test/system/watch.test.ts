import { createSequencerBlockSource } from '@parley/client/blocks'
import {
  type BlockHeader,
  domainSeparator,
  headerDigest,
  type SignedHeader,
  sameBytes,
  signDigestRecoverable,
} from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import type { Contester } from '@parley/settlement'
import { hexToBytes } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Speaker } from './support/conversations.ts'
import { eventually, untilStatus } from './support/eventually.ts'
import { forever } from './support/l2.ts'
import { textStore } from './support/memory-stores.ts'
import { type ClaimRemover, contesterOf, fillBond, removeClaim, removerOf } from './support/remove-claim.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'
import { until } from './support/until.ts'

let rollup: Rollup
let contester: Contester
let ann: Speaker
beforeAll(async () => {
  rollup = await Rollup.start()
  ann = await rollup.converse(3)
  contester = await contesterOf(remover())
}, 360_000)
afterAll(async () => {
  await rollup?.stop()
  await contester?.close()
})

const remover = (): ClaimRemover => removerOf(rollup)

/** A node that watches the sequencer's feed; with the contester it shows what it finds. */
async function startWatching(store = textStore(), sender?: Contester): Promise<RunningNode> {
  const settlement = await rollup.reader()
  const blocks = createSequencerBlockSource(
    { url: rollup.sequencer.url, clock: systemClock },
    { deployment: rollup.config, keys: async (signal) => (await settlement.schedule(signal)).keys, giveUpMs: 2_000 },
  )
  const watched = [{ name: 'the sequencer', blocks }]
  const company = sender === undefined ? { watched } : { watched, sender }
  return rollup.startNode(store, { challengeSpreadMs: 0 }, company)
}

/** As whoever has the sequencer's key signs another header in the place of one. */
function otherThan(header: BlockHeader): SignedHeader {
  const { chainId, inbox } = rollup.config
  const other = { ...header, stateRoot: header.stateRoot.map((byte) => byte ^ 1) }
  const digest = headerDigest(domainSeparator(chainId, inbox), other)
  return { header: other, signature: signDigestRecoverable(rollup.roles.sequencer.secret, digest) }
}

/** The latest header that the sequencer shows everybody, once the node knows it. */
async function sealedAndSeen(node: RunningNode): Promise<BlockHeader> {
  await rollup.say(ann, 2)
  const { number } = await rollup.sealedRoot()
  await untilStatus(node.part, `header ${number} seen`, ({ watch }) => (watch.sources[0]?.block ?? 0n) >= number)
  return eventually('the block', async () => (await rollup.client.block(number))?.block.header)
}

/** Claims everything that was accepted and waits until it is final and verified. */
async function untilFinal(node: RunningNode): Promise<void> {
  const batcher = await rollup.startBatcher()
  const { number } = await rollup.sealedRoot()
  await untilStatus(node.part, `block ${number} final`, ({ finality }) => (finality.final.block ?? 0n) >= number)
  await batcher.stop()
}

const bondOwner = () => hexToBytes(rollup.roles.bondOwner.address)

/** What the node tells anybody who would show it; undefined while it starts. */
async function evidenceOf({ url }: RunningNode): Promise<readonly { readonly shown: boolean }[] | undefined> {
  const answer = await fetch(`${url}/v1/evidence`)
  return ((await answer.json()) as { readonly evidence?: readonly { readonly shown: boolean }[] }).evidence
}

test('watching › an honest sequencer is accused of nothing, with a removal in between', async () => {
  const node = await startWatching(textStore(), contester)
  const before = await sealedAndSeen(node)
  await untilFinal(node)
  const batcher = await rollup.startBatcher()
  await rollup.say(ann, 2)
  const { lastHeader, number } = await eventually('another claim', async () => {
    const head = await (await rollup.reader()).head(forever)
    return head.lastHeader.number > before.number ? head : undefined
  })
  await batcher.stop()
  await removeClaim(remover(), number)
  const lineage = await (await rollup.reader()).lineage(forever)
  await untilStatus(node.part, 'the new lineage', ({ finality }) => finality.claimed.claim < number)
  await eventually('the sequencer in the new lineage', async () => {
    const block = await rollup.client.block('latest').catch(() => undefined)
    return block !== undefined && sameBytes(block.block.header.lineage, lineage) ? block : undefined
  })
  const after = await sealedAndSeen(node)
  expect(after.lineage).toEqual(lineage)
  expect(after.number).toBeGreaterThan(lastHeader.number - 1n)
  await untilFinal(node)
  expect((await node.part.status()).watch).toMatchObject({ sources: [{ state: 'following' }], conflicts: 0 })
  expect(await evidenceOf(node)).toEqual([])
  await node.stop()
})

test('watching › two headers shown to two people cost the bond, though the node restarts in between', async () => {
  const store = textStore()
  const told = await startWatching(store)
  const header = await sealedAndSeen(told)
  expect(await told.client.showHeader(otherThan(header))).toBe('contradicts')
  await eventually('the evidence', async () => (await evidenceOf(told))?.[0])
  await told.stop()
  const credit = await contester.credit(forever)
  const node = await startWatching(store, contester)
  await eventually('it is shown', async () => ((await evidenceOf(node))?.[0]?.shown ? true : undefined))
  const reward = (await contester.credit(forever)) - credit
  expect(reward).toBeGreaterThan(0n)
  await node.stop()
  await fillBond(remover(), bondOwner())
})

test('watching › a header that was shown and not claimed costs the bond, and the reward is paid', async () => {
  const node = await startWatching(textStore(), contester)
  const header = await sealedAndSeen(node)
  await untilFinal(node)
  const credit = await contester.credit(forever)
  // Whoever was shown it hands it in, long after everybody else's was claimed.
  expect(await node.client.showHeader(otherThan(header))).toBe('contradicts')
  await until(async () => (await contester.credit(forever)) > credit)
  const funds = await rollup.l2.getBalance({ address: `0x${'ab'.repeat(20)}` })
  const paid = await contester.withdrawCredit(new Uint8Array(20).fill(0xab), forever)
  expect(paid).toBeGreaterThan(credit)
  expect(await rollup.l2.getBalance({ address: `0x${'ab'.repeat(20)}` })).toBe(funds + paid)
  await node.stop()
})
