import { BatchTrees } from '@parley/protocol/fraud'
import type { DataLie } from '../classes/withheld.ts'
import { answerAll } from '../stage/answerer.ts'
import { requestOf } from '../stage/claim.ts'
import { opportunity, type Stage } from '../stage/stage.ts'
import { standingClaim } from '../stage/standing.ts'
import { fallenOf, goOn, honestBonds, judged } from './lie.ts'
import type { Outcome } from './outcome.ts'

/** Claims what nobody can read, answers or does not, and waits until it is taken back. */
export async function withhold(stage: Stage, lie: DataLie): Promise<Outcome> {
  const { l2, claimer, roles, signal } = stage
  const before = await honestBonds(stage)
  const chance = await opportunity(stage, [])
  const withheld = lie.forge(chance.scene)
  const { batch } = withheld
  const claimed = await claimer.claim(await requestOf(stage, chance, batch, withheld), signal)
  stage.provoked += 1
  const over = new AbortController()
  const answering = lie.answers === 'nothing' ? Promise.resolve() : answers()
  answering.catch(() => undefined)
  try {
    const fallen = await Promise.race([fallenOf(stage, claimed), answering.then(() => fallenOf(stage, claimed))])
    const outcome = await judged(stage, { ...lie, transactions: [2, 6] }, fallen, before)
    over.abort()
    await answering
    await goOn(stage, claimed.number)
    return outcome
  } finally {
    over.abort()
  }

  async function answers(): Promise<void> {
    const { number } = claimed
    const [claim, parent] = await Promise.all([standingClaim(stage, number), standingClaim(stage, number - 1n)])
    const hash = await l2.client.readContract({ ...l2.rollup, functionName: 'claimHash', args: [number] })
    const asked = {
      claim,
      parent,
      hash,
      trees: new BatchTrees(batch),
      blocks: batch.core.length,
      from: claimed.at.blockNumber,
      firstPages: lie.answers === 'first pages',
    }
    const wallet = l2.wallet((roles.users[3] as { readonly secret: Uint8Array }).secret)
    await answerAll(stage, wallet, asked, AbortSignal.any([signal, over.signal]))
  }
}
