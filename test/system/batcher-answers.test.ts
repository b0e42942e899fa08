import { rollupAbi } from '@parley/contracts'
import type { DataPlace } from '@parley/protocol'
import type { Contester, InQuestion } from '@parley/settlement'
import { claimHash } from '@parley/settlement'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forever } from './support/l2.ts'
import { contesterOf, inQuestion } from './support/remove-claim.ts'
import { Rollup } from './support/rollup.ts'
import { until } from './support/until.ts'

let rollup: Rollup
let contester: Contester
beforeAll(async () => {
  rollup = await Rollup.start({
    windows: { challenge: 600, data: 600, answer: 200, proof: 2 },
    evidencePeriod: 1_200,
    upgradeNotice: 3_600,
  })
  const { chain, deployment, roles } = rollup
  const account = { account: roles.verifier, filler: roles.deployer }
  contester = await contesterOf({ url: chain.url, rollup: deployment.rollup, ...account })
}, 360_000)
afterAll(async () => {
  await rollup?.stop()
  await contester?.close()
})

/** As the contract numbers it: 2 is answered. */
async function stateOf({ claim }: InQuestion, { part, block, page }: DataPlace): Promise<number> {
  const [, , , state] = await rollup.l2.readContract({
    address: bytesToHex(rollup.deployment.rollup),
    abi: rollupAbi,
    functionName: 'challengeOf',
    args: [claim.number, bytesToHex(claimHash(claim)), { part, block_: block, page }],
  })
  return state
}

test('a batcher answers what is asked of its claims, also what was asked while it was down', async () => {
  const first = await rollup.startBatcher({}, { answers: true })
  const ann = await rollup.converse(3)
  await rollup.say(ann, 5)
  const reader = await rollup.reader()
  await until(async () => (await reader.head(forever)).number > 0n)
  const { chain, deployment, roles } = rollup
  const place = { url: chain.url, rollup: deployment.rollup, account: roles.verifier, filler: roles.deployer }
  const claims = await inQuestion(place, 1n)
  const blocks = Number(claims.claim.lastHeader.number - claims.parent.lastHeader.number)
  const list = { part: 0, block: blocks, page: 0 }
  await contester.challenge(claims, [list], forever)
  await until(async () => (await stateOf(claims, list)) === 2)
  await first.stop()
  const pages = [
    { part: 0, block: 0, page: 0 },
    { part: 1, block: 0, page: 0 },
    { part: 1, block: blocks, page: 0 },
  ]
  await contester.challenge(claims, pages, forever)
  const second = await rollup.startBatcher({}, { answers: true })
  for (const asked of pages) await until(async () => (await stateOf(claims, asked)) === 2)
  expect((await reader.head(forever)).number).toBeGreaterThanOrEqual(1n)
  await second.stop()
})
