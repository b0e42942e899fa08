import { BlockHeaderType, sameBytes } from '@parley/protocol'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { Speaker } from './support/conversations.ts'
import { eventually, untilStatus } from './support/eventually.ts'
import { forever } from './support/l2.ts'
import { removeClaim } from './support/remove-claim.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'
import type { Running } from './support/running.ts'
import { until } from './support/until.ts'

let rollup: Rollup
let node: RunningNode
let batcher: Running<unknown>
let ann: Speaker
beforeAll(async () => {
  rollup = await Rollup.start()
  ann = await rollup.converse(3)
  node = await rollup.startNode()
  batcher = await rollup.startBatcher()
}, 360_000)
afterAll(() => rollup?.stop())

/** Roots of headers that the sequencer showed, by lineage and number. */
const shown = new Map<string, string>()

async function look(): Promise<void> {
  for (let number = 1n; ; number += 1n) {
    const sealed = await rollup.client.block(number)
    if (sealed === undefined) return
    const { header } = sealed.block
    const place = `${bytesToHex(header.lineage)} ${number}`
    const root = bytesToHex(BlockHeaderType.hashTreeRoot(header))
    expect(shown.get(place) ?? root, `two headers for ${place}`).toBe(root)
    shown.set(place, root)
  }
}

/** Waits until the node has derived everything said, and every root was the same. */
async function reached(): Promise<bigint> {
  const { number, stateRoot } = await rollup.sealedRoot()
  const status = await untilStatus(
    node.part,
    `block ${number} of the sequencer`,
    (now) =>
      now.block === number && now.state === 'following' && sameBytes(now.stateRoot ?? new Uint8Array(0), stateRoot),
  )
  expect(status.rootsEqual).toBe(status.rootsCompared)
  return number
}

/** Removes the last claim before its window is over. */
async function removeLast(): Promise<bigint> {
  const reader = await rollup.reader()
  let removed = 0n
  await until(async () => {
    const { number } = await reader.head(forever)
    const { roles, deployment, chain } = rollup
    const accounts = { account: roles.verifier, filler: roles.deployer }
    const remover = { url: chain.url, rollup: deployment.rollup, ...accounts }
    // One that has become final meanwhile is refused: then it is another one's turn.
    await rollup.say(ann, 1)
    await removeClaim(remover, number).then(
      () => {
        removed = number
      },
      () => undefined,
    )
    return removed > 0n
  })
  return removed
}

interface Status {
  readonly lineage: string
  readonly ready: boolean
  readonly removals: readonly { readonly lineage: string; readonly fallen: string; readonly done: boolean }[]
}

test('removal › sequencer, batcher and node go on in the new lineage, and nothing said is lost or signed twice', async () => {
  await rollup.say(ann, 20)
  await reached()
  await look()
  await rollup.say(ann, 7)
  const removed = await removeLast()
  const lineage = await (await rollup.reader()).lineage(forever)
  const status = await eventually('the sequencer in the new lineage', async () => {
    const answer = await fetch(`${rollup.sequencer.url}/v1/status`).catch(() => undefined)
    const told = (await answer?.json()) as Status | undefined
    return told?.ready && told.lineage === bytesToHex(lineage) ? told : undefined
  })
  expect(status.removals).toMatchObject([{ lineage: bytesToHex(lineage), fallen: '0', done: true }])
  const listed = await fetch(`${rollup.sequencer.url}/v1/removals/latest/fallen`)
  expect(await listed.json()).toMatchObject({ lineage: bytesToHex(lineage), fallen: '0', done: true, entries: [] })
  await rollup.say(ann, 9)
  const number = await reached()
  await look()

  const { finality } = await untilStatus(
    node.part,
    'a final claim of the new lineage',
    ({ finality }) => (finality.final.block ?? 0n) >= number,
    360_000,
  )
  expect(finality.final.claim).toBeGreaterThanOrEqual(removed)
  const head = await (await rollup.reader()).head(forever)
  expect(head.lastHeader.lineage).toEqual(lineage)
  const complete = await node.client.completeConversation(3, ann.index, { stateRoot: head.lastHeader.stateRoot })
  expect(complete?.record).toHaveLength(Number(ann.nonce - 1n))
  expect(await Promise.race([batcher.ended, Promise.resolve('running')])).toBe('running')
})
