import {
  coreRoot,
  encodeCore,
  encodeWitness,
  type SealedBlock,
  sameBytes,
  skeletonOf,
  witnessRoot,
} from '@parley/protocol'
import type { Contester } from '@parley/settlement'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, test } from 'vitest'
import type { Speaker } from './support/conversations.ts'
import { eventually, untilStatus } from './support/eventually.ts'
import { forever } from './support/l2.ts'
import { type ClaimRemover, contesterOf, fillBond, inQuestion } from './support/remove-claim.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'
import { until } from './support/until.ts'

let rollup: Rollup
let contester: Contester
let node: RunningNode
let ann: Speaker
beforeAll(async () => {
  rollup = await Rollup.start({
    windows: { challenge: 120, data: 90, answer: 10, proof: 4 },
    evidencePeriod: 240,
    upgradeNotice: 600,
  })
  ann = await rollup.converse(3)
  contester = await contesterOf(remover())
  node = await rollup.startNode(
    undefined,
    { challengeSpreadMs: 0, challengeAfterMs: 500, challengeBudget: 1n },
    { contester },
  )
}, 120_000)
afterAll(async () => {
  await rollup?.stop()
  await contester?.close()
})

const remover = (): ClaimRemover => ({
  url: rollup.chain.url,
  rollup: rollup.deployment.rollup,
  account: rollup.roles.verifier,
  filler: rollup.roles.deployer,
})

/** What a claim says, and where its data is. */
interface Claimed {
  readonly sealed: SealedBlock
  readonly core?: Uint8Array
  readonly coreRoot?: Uint8Array
  readonly witness?: Uint8Array
}

const nowhere = new Uint8Array(40).fill(3)

/** The block after the latest claim. */
async function nextBlock(): Promise<SealedBlock> {
  const { lastHeader } = await (await rollup.reader()).head(forever)
  return eventually('a sealed block', () => rollup.client.block(lastHeader.number + 1n))
}

/** Claims a block; data that is left out is nowhere. @returns the claim's number. */
async function claims(claimed: Claimed): Promise<bigint> {
  const claimer = await rollup.claimer()
  const { layer } = rollup.da
  const place = async (bytes: Uint8Array | undefined) =>
    bytes === undefined
      ? { layer, pointer: nowhere }
      : { layer, pointer: (await rollup.da.submit(bytes, forever)).pointer }
  try {
    const head = await claimer.head(forever)
    const { block, witness, signature } = claimed.sealed
    const { number } = await claimer.claim(
      {
        number: head.number + 1n,
        parent: head.hash,
        lineage: await claimer.lineage(forever),
        coreRoot: claimed.coreRoot ?? coreRoot([block]),
        witnessRoot: witnessRoot([witness]),
        lastHeader: block.header,
        core: await place(claimed.core),
        witness: await place(claimed.witness),
        signature,
      },
      forever,
    )
    return number
  } finally {
    await claimer.close()
  }
}

/** Waits until a claim is gone, fills its claimer's bond and waits for the sequencer's new lineage. */
async function gone(number: bigint): Promise<void> {
  const reader = await rollup.reader()
  await until(async () => {
    const now = await reader.head(forever).catch(() => undefined)
    return now !== undefined && now.number < number
  })
  const { claim } = await inQuestion(remover(), number)
  await fillBond(remover(), claim.claimer)
  const lineage = await reader.lineage(forever)
  await eventually('the sequencer in the new lineage', async () => {
    const answer = await fetch(`${rollup.sequencer.url}/v1/status`).catch(() => undefined)
    const told = (await answer?.json()) as { readonly lineage: string; readonly ready: boolean } | undefined
    return told?.ready && told.lineage === bytesToHex(lineage) ? told : undefined
  })
}

/** Waits until everything accepted is claimed and the node has verified it. */
async function settled(): Promise<void> {
  const batcher = await rollup.startBatcher()
  await rollup.say(ann, 3)
  const { number, stateRoot } = await rollup.sealedRoot()
  await untilStatus(
    node.part,
    `block ${number} of the sequencer`,
    (now) => now.block === number && sameBytes(now.stateRoot ?? new Uint8Array(0), stateRoot),
  )
  await batcher.stop()
}

const signed = ({ witness }: SealedBlock): Uint8Array => encodeWitness([witness])
const typed = ({ block }: SealedBlock): Uint8Array => encodeCore([skeletonOf(block)])

test('withheld data › a claim whose core nobody serves or answers is taken back, deposits come back and all go on', async () => {
  await settled()
  await rollup.say(ann, 3)
  const before = await contester.credit(forever)
  const sealed = await nextBlock()
  await gone(await claims({ sealed, witness: signed(sealed) }))
  await until(async () => (await contester.credit(forever)) > before)
  await settled()
}, 240_000)

test('withheld data › a claim whose witness alone is nowhere, and one of a random core root, are taken back', async () => {
  await settled()
  await rollup.say(ann, 3)
  const first = await nextBlock()
  await gone(await claims({ sealed: first, core: typed(first) }))
  await settled()
  await rollup.say(ann, 3)
  const second = await nextBlock()
  const served = { core: typed(second), witness: signed(second) }
  await gone(await claims({ sealed: second, coreRoot: new Uint8Array(32).fill(5), ...served }))
  await settled()
}, 240_000)
