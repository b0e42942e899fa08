import type { Contester } from '@parley/settlement'
import { afterAll, beforeAll, test } from 'vitest'
import type { Speaker } from './support/conversations.ts'
import { untilAllVerified } from './support/eventually.ts'
import {
  claimByHand,
  type HandClaim,
  nextBlock,
  removerOf,
  signedBytes,
  typedBytes,
  untilGone,
  untilNewLineage,
} from './support/hand-claims.ts'
import { forever } from './support/l2.ts'
import { contesterOf } from './support/remove-claim.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'
import { until } from './support/until.ts'

let rollup: Rollup
let contester: Contester
let node: RunningNode
let ann: Speaker
beforeAll(async () => {
  rollup = await Rollup.start({
    windows: { challenge: 120, data: 90, answer: 3, proof: 4 },
    evidencePeriod: 240,
    upgradeNotice: 600,
  })
  ann = await rollup.converse(3)
  contester = await contesterOf(removerOf(rollup))
  node = await rollup.startNode(
    undefined,
    { challengeSpreadMs: 0, challengeAfterMs: 500, challengeBudget: 1n },
    { contester },
  )
}, 360_000)
afterAll(async () => {
  await rollup?.stop()
  await contester?.close()
})

/** Claims a block, waits until that is gone and the sequencer goes on. */
async function gone(claimed: HandClaim): Promise<void> {
  await untilGone(rollup, await claimByHand(rollup, claimed))
  await untilNewLineage(rollup)
}

/** Waits until everything accepted is claimed and the node has verified it. */
async function settled(): Promise<void> {
  const batcher = await rollup.startBatcher()
  await rollup.say(ann, 3)
  await untilAllVerified(rollup, node.part)
  await batcher.stop()
}

test('withheld data › a claim whose core nobody serves or answers is taken back, deposits come back and all go on', async () => {
  await settled()
  await rollup.say(ann, 3)
  const before = await contester.credit(forever)
  const sealed = await nextBlock(rollup)
  await gone({ sealed, witness: signedBytes(sealed) })
  await until(async () => (await contester.credit(forever)) > before)
  await settled()
})

test('withheld data › a claim whose witness alone is nowhere, and one of a random core root, are taken back', async () => {
  await settled()
  await rollup.say(ann, 3)
  const first = await nextBlock(rollup)
  await gone({ sealed: first, core: typedBytes(first) })
  await settled()
  await rollup.say(ann, 3)
  const second = await nextBlock(rollup)
  const served = { core: typedBytes(second), witness: signedBytes(second) }
  await gone({ sealed: second, coreRoot: new Uint8Array(32).fill(5), ...served })
  await settled()
})
