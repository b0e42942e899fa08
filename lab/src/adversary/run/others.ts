import { BatchTrees, proofOf } from '@parley/protocol/fraud'
import { bytesToHex } from 'viem'
import { firstFault } from '../forger/judge.ts'
import { sourcesOf } from '../forger/sources.ts'
import { requestOf } from '../stage/claim.ts'
import { follows, withSecondNode } from '../stage/second-node.ts'
import { opportunity, pause, resume, type Stage } from '../stage/stage.ts'
import { standingClaim } from '../stage/standing.ts'
import { anyLie, claimLie, fallenOf, goOn, honestBonds } from './lie.ts'
import type { Outcome, Trial } from './outcome.ts'

/** Who lied proves it, from another account of its own, before anybody else does: half the bond is burned all the same. */
async function selfRemoval(stage: Stage): Promise<Outcome> {
  const { l2, payer, claimer, ledger, signal } = stage
  const before = await honestBonds(stage)
  const burned = () => l2.client.readContract({ ...l2.rollup, functionName: 'burned' })
  const burnedBefore = await burned()
  pause(stage, 'node')
  const chance = await opportunity(stage, [])
  const batch = anyLie.forge(chance.scene)
  const claimed = await claimer.claim(await requestOf(stage, chance, batch), signal)
  stage.provoked += 1
  const { number } = claimed
  const [claim, parent] = await Promise.all([standingClaim(stage, number), standingClaim(stage, number - 1n)])
  const fault = firstFault(chance.scene.ground, batch)
  if (fault === undefined) throw new TypeError('the lie is right')
  const sources = sourcesOf(chance.scene.ground, batch, ledger.pricePoints)
  const { kind, bytes } = proofOf(fault, new BatchTrees(batch), sources)
  const args = [kind, claim, parent, bytesToHex(bytes)] as const
  const { gasUsed } = await l2.send(payer, { ...l2.rollup, functionName: 'prove', args })
  const { bond } = await l2.client.readContract({ ...l2.rollup, functionName: 'parameters' })
  const lost = (await burned()) - burnedBefore
  const { removal } = await fallenOf(stage, claimed)
  resume(stage, 'node')
  await goOn(stage, number)
  const removed = removal.standing === number - 1n && lost === bond / 2n
  const { timestamp } = await l2.client.getBlock({ blockNumber: claimed.at.blockNumber })
  return {
    class: 'self-removal',
    detectedBy: 'the liar',
    transactions: 1,
    gas: Number(gasUsed),
    removed,
    secondsToRemoval: Number(removal.at - timestamp),
    honestBondKept: (await honestBonds(stage)) === before,
    ...(removed ? {} : { failed: `${lost} wei of a bond of ${bond} are burned` }),
  }
}

/** Two nodes find the same lie: one takes it back, the other takes that for success. */
async function copycat(stage: Stage): Promise<Outcome> {
  const { stack, signal } = stage
  const before = await honestBonds(stage)
  return withSecondNode(stage, 'copycat', {}, async ({ url }) => {
    const urls = [stack.places.nodeUrl as string, url]
    const counted = await Promise.all(urls.map((each) => challengesOf(each, signal)))
    const claimed = await claimLie(stage, anyLie)
    const { removal } = await fallenOf(stage, claimed)
    await goOn(stage, claimed.number)
    await follows(stage, url)
    const now = await Promise.all(urls.map((each) => challengesOf(each, signal)))
    const sum = (of: 'done' | 'failed'): number =>
      now.reduce((all, each, i) => all + each[of] - (counted[i]?.[of] ?? 0), 0)
    const [done, failed] = [sum('done'), sum('failed')]
    const removed = removal.standing === claimed.number - 1n && done <= 1 && failed === 0
    const { timestamp } = await stage.l2.client.getBlock({ blockNumber: claimed.at.blockNumber })
    return {
      class: 'copycat',
      detectedBy: 'StateRoot',
      transactions: 1,
      gas: Number(removal.receipt.gasUsed),
      removed,
      secondsToRemoval: Number(removal.at - timestamp),
      honestBondKept: (await honestBonds(stage)) === before,
      ...(removed ? {} : { failed: `${done} nodes took it back, ${failed} attempts failed` }),
    }
  })
}

/** What a node counts of the claims that it contested: those that it took back, and attempts that came to nothing. */
async function challengesOf(
  url: string,
  signal: AbortSignal,
): Promise<{ readonly done: number; readonly failed: number }> {
  const text = await (await fetch(`${url}/metrics`, { signal })).text()
  const count = (outcome: string): number => {
    const found = new RegExp(`^parley_node_challenges_total\\{by="proof",outcome="${outcome}"\\} (\\d+)`, 'm').exec(
      text,
    )
    return Number(found?.[1] ?? 0)
  }
  return { done: count('done'), failed: count('refused') + count('failed') }
}

export const others: readonly Trial[] = [
  { name: 'copycat', ends: 'removed once, the other node takes it for success', gas: 2_400_000, run: copycat },
  { name: 'self-removal', ends: 'removed, half a bond burned', gas: 500_000, run: selfRemoval },
]
