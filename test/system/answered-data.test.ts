import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rollupAbi } from '@parley/contracts'
import { BodyKind, type Run, type SealedBlock, sameBytes } from '@parley/protocol'
import { BatchTrees, listOf, ProofKind, pageOf } from '@parley/protocol/fraud'
import type { Contester } from '@parley/settlement'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Speaker } from './support/conversations.ts'
import { untilStatus } from './support/eventually.ts'
import {
  claimByHand,
  nextBlock,
  removerOf,
  resigned,
  signedBytes,
  typedBytes,
  untilGone,
} from './support/hand-claims.ts'
import { forever } from './support/l2.ts'
import { textStore } from './support/memory-stores.ts'
import { contesterOf } from './support/remove-claim.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'
import { until } from './support/until.ts'

let rollup: Rollup
let contester: Contester
let ann: Speaker
let nothing: string
beforeAll(async () => {
  rollup = await Rollup.start({
    windows: { challenge: 180, data: 180, answer: 60, proof: 4 },
    evidencePeriod: 360,
    upgradeNotice: 900,
  })
  ann = await rollup.converse(3)
  contester = await contesterOf(removerOf(rollup))
  nothing = await mkdtemp(join(tmpdir(), 'parley-nothing-'))
}, 360_000)
afterAll(async () => {
  await rollup?.stop()
  await contester?.close()
  await rm(nothing, { recursive: true, force: true })
})

const asking = { challengeSpreadMs: 0, challengeAfterMs: 500, challengeBudget: 1n }

const reached = (node: RunningNode, number: bigint, stateRoot: Uint8Array) =>
  untilStatus(
    node.part,
    `block ${number} of the sequencer`,
    (now) => now.block === number && sameBytes(now.stateRoot ?? new Uint8Array(0), stateRoot),
  )

test('answered data › nodes that are served nothing derive from answers, who asked and who did not, also after a restart', async () => {
  const store = textStore()
  const first = await rollup.startNode(store, asking, { contester, daDirectory: nothing })
  const onlooker = await rollup.startNode(undefined, {}, { daDirectory: nothing })
  const batcher = await rollup.startBatcher({ maxAgeMs: 3_000 }, { answers: true })
  await rollup.say(ann, 40)
  const half = await rollup.sealedRoot()
  await until(async () => (await first.part.status()).finality.verified.claim > 0n)
  await first.stop()
  const second = await rollup.startNode(store, asking, { contester, daDirectory: nothing })
  await reached(second, half.number, half.stateRoot)
  await rollup.say(ann, 3)
  const { number, stateRoot } = await rollup.sealedRoot()
  for (const node of [second, onlooker]) {
    const status = await reached(node, number, stateRoot)
    expect(status.rootsEqual).toBe(status.rootsCompared)
  }
  const { claim } = (await second.part.status()).finality.claimed
  // Both bore a half: the rest of each deposit is back.
  expect(await contester.credit(forever)).toBeGreaterThan(0n)
  await rollup.l2.request({ method: 'evm_increaseTime' as never, params: [240] as never })
  await untilStatus(second.part, `claim ${claim} final`, ({ finality }) => finality.final.claim >= claim)
  await Promise.all([second.stop(), onlooker.stop(), batcher.stop()])
})

/** The first run with messages says something else. */
function otherWord(runs: readonly Run[]): Run[] {
  const spoilt = runs.findIndex(({ segments }) => segments.some(({ body }) => body.selector === BodyKind.messages))
  return runs.map((run, index) => ({
    ...run,
    segments: run.segments.map((segment) => {
      const { body } = segment
      if (index !== spoilt || body.selector !== BodyKind.messages) return segment
      const value = body.value.map((message, i) =>
        i === 0 ? { ...message, content: new Uint8Array(32).fill(1) } : message,
      )
      return { ...segment, body: { ...body, value } }
    }),
  }))
}

/** Answers whatever is asked of a claim of one block. */
async function answersOf({ block, witness }: SealedBlock, signal: AbortSignal): Promise<void> {
  const trees = new BatchTrees({ core: [block], witness: [witness] })
  const claimer = await rollup.claimer()
  try {
    await until(async () => {
      for (const { claim, place } of await claimer.questions(async () => true, forever)) {
        const { part, block: index, page } = place
        const name = part === 0 ? 'core' : 'witness'
        const data = index === 1 ? listOf(trees, name) : pageOf(trees, name, index, page)
        await claimer.answer(claim, [{ place, data }], forever)
      }
      return signal.aborted
    })
  } finally {
    await claimer.close()
  }
}

// The sequencer ends at it, since its own key has signed what it did not.
test('answered data › a claim of one message other than on the DA layer is shown wrong by what was answered', async () => {
  const batcher = await rollup.startBatcher({ maxAgeMs: 300 })
  await rollup.say(ann, 1)
  const { number, stateRoot } = await rollup.sealedRoot()
  const node = await rollup.startNode(undefined, asking, { contester })
  await reached(node, number, stateRoot)
  await batcher.stop()
  await rollup.say(ann, 3)
  const right = await nextBlock(rollup)
  const lie = resigned(rollup, right, { runs: otherWord(right.block.runs) })
  const claim = await claimByHand(rollup, { sealed: lie, core: typedBytes(right), witness: signedBytes(right) })
  const answering = new AbortController()
  const answered = answersOf(lie, answering.signal)
  await untilGone(rollup, claim)
  answering.abort()
  await answered
  const removed = await rollup.l2.getContractEvents({
    address: bytesToHex(rollup.deployment.rollup),
    abi: rollupAbi,
    eventName: 'Removed',
    fromBlock: 0n,
    strict: true,
  })
  expect(removed.map(({ args }) => args.reason)).toEqual([ProofKind.signature])
  await untilStatus(node.part, `claim ${claim} gone`, ({ state, finality }) => {
    return state === 'following' && finality.verified.claim === claim - 1n
  })
})
