import { domainSeparator, headerDigest, runsRoot, type SealedBlock, signDigestRecoverable } from '@parley/protocol'
import type { Contester } from '@parley/settlement'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { batchOf, claimOf } from './support/claim-blocks.ts'
import type { Speaker } from './support/conversations.ts'
import { eventually, untilAllVerified, untilStatus } from './support/eventually.ts'
import { forever } from './support/l2.ts'
import { type ClaimRemover, contesterOf, fillBond, inQuestion, removerOf } from './support/remove-claim.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'
import { until } from './support/until.ts'

let rollup: Rollup
let contester: Contester
let node: RunningNode
let ann: Speaker
beforeAll(async () => {
  rollup = await Rollup.start()
  ann = await rollup.converse(3)
  contester = await contesterOf(remover())
  node = await rollup.startNode(undefined, { challengeSpreadMs: 0, challengeBudget: 1n }, { contester })
}, 360_000)
afterAll(async () => {
  await rollup?.stop()
  await contester?.close()
})

const remover = (): ClaimRemover => removerOf(rollup)

type Lie = (right: SealedBlock, lineage: Uint8Array) => SealedBlock

const spoilt = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 7 ? byte ^ 1 : byte))

const badSignatures: Lie = (right) => ({
  ...right,
  witness: right.witness.map((run) => run.map((list) => list.map(spoilt))),
})

/** As whoever has the sequencer's key signs another header. */
function resigned(sealed: SealedBlock, lineage: Uint8Array, change: Partial<SealedBlock['block']>): SealedBlock {
  const block = { ...sealed.block, ...change }
  const header = { ...block.header, lineage, runsRoot: runsRoot(block.runs) }
  const { chainId, inbox } = rollup.config
  const digest = headerDigest(domainSeparator(chainId, inbox), header)
  const signature = signDigestRecoverable(rollup.roles.sequencer.secret, digest)
  return { ...sealed, block: { ...block, header }, signature }
}

const otherState: Lie = (right, lineage) =>
  resigned(right, lineage, {
    header: { ...right.block.header, stateRoot: spoilt(right.block.header.stateRoot) },
  })

const otherShard: Lie = (right, lineage) =>
  resigned(right, lineage, {
    runs: right.block.runs.map((run) => {
      const postRoot = spoilt(run.postRoot)
      const segments = run.segments.map((each, i) => (i === run.segments.length - 1 ? { ...each, postRoot } : each))
      return { ...run, segments, postRoot }
    }),
  })

/** The block after the latest claim. */
async function nextBlock(): Promise<SealedBlock> {
  const { lastHeader } = await (await rollup.reader()).head(forever)
  return eventually('a sealed block', () => rollup.client.block(lastHeader.number + 1n))
}

/** Claims a block with a lie in it, and waits until it is taken back. */
async function lies(right: SealedBlock, lie: Lie): Promise<void> {
  const claimer = await rollup.claimer()
  try {
    const lineage = await claimer.lineage(forever)
    const { number } = await claimer.claim(await claimOf(rollup, claimer, batchOf([lie(right, lineage)])), forever)
    await until(async () => {
      // It may be taken back while it is looked for.
      const now = await claimer.head(forever).catch(() => undefined)
      return now !== undefined && now.number < number
    })
    expect(await claimer.lineage(forever)).not.toEqual(lineage)
    const { claim } = await inQuestion(remover(), number)
    await fillBond(remover(), claim.claimer)
    await untilStatus(node.part, `claim ${number} gone`, ({ state, finality }) => {
      return state === 'following' && finality.verified.claim === number - 1n
    })
  } finally {
    await claimer.close()
  }
}

/** What the node counts of the claims that it took back by proofs, as a scrape shows it. */
async function takenBack(): Promise<number> {
  const text = await (await fetch(`${node.url}/metrics`)).text()
  const found = /^parley_node_challenges_total\{by="proof",outcome="done"\} (\d+)$/m.exec(text)
  return Number(found?.[1] ?? 0)
}

/** Waits until everything accepted is claimed and the node has verified it. */
async function settled(): Promise<void> {
  const batcher = await rollup.startBatcher()
  await rollup.say(ann, 3)
  await untilAllVerified(rollup, node.part)
  await batcher.stop()
}

test('a node takes back a claim of signatures that do not hold, and all go on in the new lineage', async () => {
  await settled()
  await rollup.say(ann, 3)
  await lies(await nextBlock(), badSignatures)
  const lineage = await (await rollup.reader()).lineage(forever)
  await eventually('the sequencer in the new lineage', async () => {
    const answer = await fetch(`${rollup.sequencer.url}/v1/status`).catch(() => undefined)
    const told = (await answer?.json()) as { readonly lineage: string; readonly ready: boolean } | undefined
    return told?.ready && told.lineage === bytesToHex(lineage) ? told : undefined
  })
  await settled()
  expect(await contester.credit(forever)).toBeGreaterThan(0n)
  await until(async () => (await takenBack()) === 1)
})

// The sequencer ends at them, since its own key has signed what it did not.
test('a node takes back claims of a state that nobody reaches and of a shard that ends otherwise', async () => {
  await settled()
  await rollup.say(ann, 3)
  const right = await nextBlock()
  await lies(right, otherState)
  await lies(right, otherShard)
  await until(async () => (await takenBack()) === 3)
})
