import { BlockHeaderType, sameBytes } from '@parley/protocol'
import { ProofKind } from '@parley/protocol/fraud'
import { bytesToHex, sha256 } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { Speaker } from './support/conversations.ts'
import { eventually, untilStatus } from './support/eventually.ts'
import { forever } from './support/l2.ts'
import { contesterOf, fillBond, inQuestion } from './support/remove-claim.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'
import { until } from './support/until.ts'

let rollup: Rollup
let node: RunningNode
let ann: Speaker
beforeAll(async () => {
  rollup = await Rollup.start()
  ann = await rollup.converse(3)
  node = await rollup.startNode()
}, 360_000)
afterAll(() => rollup?.stop())

/** The root of a core of two blocks, whatever they are: SHA-256 of the tree's root and the length. */
const tree = new Uint8Array(32).fill(7)
const length = Uint8Array.of(2, ...new Uint8Array(31))
const wrongCore = sha256(Uint8Array.of(...tree, ...length), 'bytes')
/** Rule 0, of the core: its length is another than the number of blocks. */
const proof = Uint8Array.of(0, 0, ...tree, 0, 2)

/** Claims the sequencer's first block, as it signed it, with a core that is none. @returns its number. */
async function lie(): Promise<bigint> {
  const claimer = await rollup.claimer()
  try {
    const head = await claimer.head(forever)
    const first = await eventually('a sealed block', () => rollup.client.block(head.lastHeader.number + 1n))
    const request = {
      number: head.number + 1n,
      parent: head.hash,
      lineage: await claimer.lineage(forever),
      coreRoot: wrongCore,
      witnessRoot: new Uint8Array(32).fill(9),
      lastHeader: first.block.header,
      core: { layer: rollup.da.layer, pointer: new Uint8Array(40) },
      witness: { layer: rollup.da.layer, pointer: new Uint8Array(40) },
      signature: first.signature,
    }
    const { number } = await claimer.claim(request, forever)
    return number
  } finally {
    await claimer.close()
  }
}

test('prove › a wrong claim is gone, its claimer slashed, and sequencer, batcher and node go on in the new lineage', async () => {
  const { roles, deployment, chain } = rollup
  const remover = { url: chain.url, rollup: deployment.rollup, account: roles.verifier, filler: roles.deployer }
  await rollup.say(ann, 5)
  const contester = await contesterOf(remover)
  const wrong = await lie()
  const claims = await inQuestion(remover, wrong)
  await expect(contester.prove(ProofKind.malformed, claims, proof.subarray(1), forever)).rejects.toMatchObject({
    fault: { code: 'TRANSACTION_REFUSED' },
  })
  expect(await contester.prove(ProofKind.malformed, claims, proof, forever)).toMatchObject({ outcome: 'done' })
  expect(await contester.prove(ProofKind.malformed, claims, proof, forever)).toEqual({ outcome: 'already' })
  await fillBond(remover, claims.claim.claimer)
  const reader = await rollup.reader()
  const lineage = await reader.lineage(forever)
  expect((await reader.head(forever)).number).toBe(wrong - 1n)
  expect(lineage).not.toEqual(claims.claim.lineage)

  const recipient = new Uint8Array(20).fill(0xca)
  const credit = await contester.withdrawCredit(recipient, forever)
  expect(credit).toBeGreaterThan(0n)
  expect(await rollup.l2.getBalance({ address: bytesToHex(recipient) })).toBe(credit)
  expect(await contester.withdrawCredit(recipient, forever)).toBe(0n)
  await contester.close()

  await eventually('the sequencer in the new lineage', async () => {
    const answer = await fetch(`${rollup.sequencer.url}/v1/status`).catch(() => undefined)
    const told = (await answer?.json()) as { readonly lineage: string; readonly ready: boolean } | undefined
    return told?.ready && told.lineage === bytesToHex(lineage) ? told : undefined
  })
  const batcher = await rollup.startBatcher()
  await rollup.say(ann, 5)
  const { number, stateRoot } = await rollup.sealedRoot()
  await untilStatus(
    node.part,
    `block ${number} of the sequencer`,
    (now) => now.block === number && sameBytes(now.stateRoot ?? new Uint8Array(0), stateRoot),
  )
  await until(async () => (await reader.head(forever)).lastHeader.number >= number)
  const { lastHeader } = await reader.head(forever)
  expect(lastHeader.lineage).toEqual(lineage)
  expect(BlockHeaderType.hashTreeRoot(lastHeader)).not.toEqual(BlockHeaderType.hashTreeRoot(claims.claim.lastHeader))
  await batcher.stop()
})
