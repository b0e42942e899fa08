import type { Block, BlockWitness } from '@parley/protocol'
import { BatchTrees, type Proof } from '@parley/protocol/fraud'
import { bytesToHex, decodeFunctionData, type Hex } from 'viem'
import { proofsEverywhere } from '../forger/everywhere.ts'
import { sourcesOf } from '../forger/sources.ts'
import { sealedBetween } from '../stage/past.ts'
import type { Stage } from '../stage/stage.ts'
import { type AbiClaim, refusalOf, standingClaim } from '../stage/standing.ts'
import { anyLie, claimLie, fallenOf, goOn } from './lie.ts'
import { refusedTrial, type Trial } from './outcome.ts'

interface Proven {
  readonly kind: number
  readonly claim: AbiClaim
  readonly parent: AbiClaim
  readonly proof: Hex
}

/** The proof that took a lie back, as it was sent. */
async function provenLie(stage: Stage): Promise<Proven> {
  const { claimed, removal } = await fallenOf(stage, await claimLie(stage, anyLie))
  const { input } = await stage.l2.client.getTransaction({ hash: removal.receipt.transactionHash })
  const { functionName, args } = decodeFunctionData({ abi: stage.l2.rollup.abi, data: input })
  await goOn(stage, claimed.number)
  if (functionName !== 'prove') throw new TypeError(`the claim was taken back by ${functionName}`)
  const [kind, claim, parent, proof] = args
  return { kind, claim, parent, proof }
}

const proves = (stage: Stage, { kind, claim, parent, proof }: Proven): Promise<string | undefined> =>
  refusalOf(stage, stage.payer.account.address, { functionName: 'prove', args: [kind, claim, parent, proof] })

/** The latest claim that stands, and the one before it. */
async function latest(stage: Stage): Promise<{ readonly claim: AbiClaim; readonly parent: AbiClaim }> {
  const { number } = await stage.claimer.head(stage.signal)
  const [claim, parent] = await Promise.all([standingClaim(stage, number), standingClaim(stage, number - 1n)])
  return { claim, parent }
}

/** Refusals of a verifier: what is shown is not under the claim's roots, or is no fault. */
const notShown = ['Proof_NotUnderRoot', 'Rollup_NotShown'] as const

/** Every proof that can be written at all, at every place of a right claim. @returns how one was refused; undefined when one was taken. */
async function proveRightClaim(stage: Stage): Promise<string | undefined> {
  const { claim, parent } = await latest(stage)
  const { client, config, ledger, signal } = stage
  const before = await client.block(parent.lastHeader.number, signal)
  const past = stage.newPast()
  const sealed = await sealedBetween(client, parent.lastHeader.number, claim.lastHeader.number, signal)
  const header = before?.block.header ?? (await stage.claimer.genesis(signal))
  const lineage = sealed[0]?.block.header.lineage ?? config.genesis.lineage
  const ground = await past.ground(header, lineage, claim.lastHeader.inboxCount, signal)
  const parts: { core: Block[]; witness: BlockWitness[] } = {
    core: sealed.map(({ block }) => block),
    witness: sealed.map(({ witness }) => witness),
  }
  const sources = sourcesOf(ground, parts, ledger.pricePoints)
  return tryAll(
    stage,
    { claim, parent },
    proofsEverywhere({ ...parts, queue: ground.window.waiting }, new BatchTrees(parts), sources),
  )
}

async function tryAll(
  stage: Stage,
  claims: { readonly claim: AbiClaim; readonly parent: AbiClaim },
  proofs: Iterable<Proof>,
): Promise<string | undefined> {
  let tried = 0
  let asked: Promise<string | undefined>[] = []
  const settle = async (): Promise<boolean> => {
    const answers = await Promise.all(asked)
    asked = []
    return answers.every((answer) => answer !== undefined)
  }
  for (const { kind, bytes } of proofs) {
    tried += 1
    asked.push(proves(stage, { kind, ...claims, proof: bytesToHex(bytes) }))
    if (asked.length === atOnce && !(await settle())) return undefined
  }
  return (await settle()) && tried > 0 ? 'every verifier' : undefined
}

const atOnce = 8

export const refusedProofs: readonly Trial[] = [
  refusedTrial('proof-replayed-after-removal', ['Rollup_AnotherClaim', 'Rollup_NotContestable'], async (stage) =>
    proves(stage, await provenLie(stage)),
  ),
  refusedTrial('proof-of-other-claim', notShown, async (stage) => {
    const { kind, proof } = await provenLie(stage)
    return proves(stage, { kind, proof, ...(await latest(stage)) })
  }),
  refusedTrial('proof-against-a-right-claim', ['every verifier'], proveRightClaim),
]
