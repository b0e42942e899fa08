import { rollupAbi } from '@parley/contracts'
import { rpcTransport } from '@parley/http'
import { devPreset } from '@parley/infra'
import {
  type BatchClaim,
  type BlockHeader,
  type ClaimRequest,
  coreRoot,
  type SettlementEvent,
  witnessRoot,
} from '@parley/protocol'
import { BatchTrees, listOf, pageOf } from '@parley/protocol/fraud'
import { systemClock } from '@parley/runtime'
import {
  type ClaimerSettlement,
  type Contester,
  claimHash,
  createSettlementMetrics,
  openSettlement,
  openSettlementReader,
  readerDefaults,
  settlementDefaults,
} from '@parley/settlement'
import { Registry } from 'prom-client'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rightScene } from '../src/fraud/scene.ts'
import { type DeployedL2, forever, log, sealed, startDeployedL2 } from './support/l2.ts'
import { textStore } from './support/memory-stores.ts'
import { type ClaimRemover, contesterOf, fillBond, inQuestion } from './support/remove-claim.ts'
import { until } from './support/until.ts'

/** Windows that pass when a test says so, and not while a loaded machine mines. */
const preset = {
  ...devPreset,
  windows: { challenge: 7_200, data: 7_200, answer: 2_400, proof: 2_400 },
  evidencePeriod: 7_200,
  upgradeNotice: 14_400,
}

let l2: DeployedL2
let claimer: ClaimerSettlement
let contester: Contester
let answerer: Contester
beforeAll(async () => {
  l2 = await startDeployedL2(2, { preset })
  const deps = { ...base(), secret: l2.roles.batcher.secret, store: textStore() }
  claimer = await openSettlement(deps, { ...settlementDefaults, ...place() }, forever)
  await claimer.ensureBond(forever)
  contester = await contesterOf(remover())
  answerer = await contesterOf({ ...remover(), account: l2.roles.pricePusher })
})
afterAll(async () => {
  await Promise.all([claimer?.close(), contester?.close(), answerer?.close()])
  await l2?.stop()
})

const base = () => ({
  transport: rpcTransport(l2.chain.url, { timeoutMs: 5000 }),
  clock: systemClock,
  log,
  metrics: createSettlementMetrics(new Registry()),
})
const place = () => ({ rollup: l2.deployment.rollup, pollMs: 20 })
const remover = (): ClaimRemover => ({
  url: l2.chain.url,
  rollup: l2.deployment.rollup,
  account: l2.roles.verifier,
  filler: l2.roles.deployer,
})

/** Claims a batch of one block whose data is known. @returns its number and its trees. */
async function claim(): Promise<{ readonly number: bigint; readonly trees: BatchTrees }> {
  const head = await claimer.head(forever)
  const lineage = await claimer.lineage(forever)
  const { number, timestamp } = head.lastHeader
  const header: BlockHeader = { ...head.lastHeader, number: number + 1n, timestamp: timestamp + 1000n, lineage }
  const scene = rightScene()
  const core = [{ header, runs: scene.core[1]!.runs }]
  const witness = [scene.witness[1]!]
  const request: ClaimRequest = {
    number: head.number + 1n,
    parent: head.hash,
    lineage,
    coreRoot: coreRoot(core),
    witnessRoot: witnessRoot(witness),
    lastHeader: header,
    core: { layer: 1, pointer: new Uint8Array(1) },
    witness: { layer: 1, pointer: new Uint8Array(1) },
    signature: await sealed(l2, claimer, header),
  }
  await claimer.claim(request, forever)
  return { number: request.number, trees: new BatchTrees({ core, witness }) }
}

const nameOf = (named: BatchClaim) => ({ number: named.number, hash: claimHash(named) })

const list = { part: 0, block: 1, page: 0 }
const page = { part: 1, block: 0, page: 0 }

test('contester › what is asked for is answered, and both bear the cost', async () => {
  const { number, trees } = await claim()
  const claims = await inQuestion(remover(), number)
  expect(await contester.challenge(claims, [list, page], forever)).toMatchObject({ outcome: 'done' })
  expect(await answerer.challenge(claims, [page], forever)).toEqual({ outcome: 'already' })
  const data = listOf(trees, 'core')
  await expect(answerer.answer(claims, [{ place: page, data }], forever)).rejects.toMatchObject({
    fault: { code: 'TRANSACTION_REFUSED' },
  })
  expect(await answerer.answer(claims, [{ place: list, data }], forever)).toMatchObject({ outcome: 'done' })
  expect(await contester.answer(claims, [{ place: list, data }], forever)).toEqual({ outcome: 'already' })
  const witness = pageOf(trees, 'witness', 0, 0)
  expect(await answerer.answer(claims, [{ place: page, data: witness }], forever)).toMatchObject({ outcome: 'done' })
  expect(await answerer.credit(forever)).toBeGreaterThan(0n)
  expect(await contester.credit(forever)).toBeGreaterThan(0n)

  const told: SettlementEvent[] = []
  const reader = await openSettlementReader(base(), { ...readerDefaults, ...place() }, forever)
  for await (const { events } of reader.follow(undefined, 'latest', AbortSignal.timeout(60_000))) {
    told.push(...events.filter(({ kind }) => kind === 'challenge' || kind === 'answer'))
    if (told.length >= 4) break
  }
  expect(told).toMatchObject([
    { kind: 'challenge', place: list, challenger: contester.address },
    { kind: 'challenge', place: page, challenger: contester.address },
    { kind: 'answer', place: list, data },
    { kind: 'answer', place: page, data: witness },
  ])
})

test('contester › what nobody answers removes the claim, whoever says so first', async () => {
  const { number } = await claim()
  const claims = await inQuestion(remover(), number)
  await contester.challenge(claims, [list, page], forever)
  await expect(answerer.removeUnanswered(claims, list, forever)).rejects.toMatchObject({
    fault: { code: 'TRANSACTION_REFUSED', reason: expect.stringContaining('Rollup_AnswerPending') },
  })
  await expect(contester.refund(nameOf(claims.claim), page, forever)).rejects.toMatchObject({
    fault: { code: 'TRANSACTION_REFUSED', reason: expect.stringContaining('Rollup_StillStands') },
  })
  const { answer } = claims.claim.windows
  await l2.control.increaseTime({ seconds: answer + 1 })
  await l2.control.mine({ blocks: 1 })
  const both = await Promise.all([
    answerer.removeUnanswered(claims, list, forever),
    contester.removeUnanswered(claims, list, forever),
  ])
  expect(both.map(({ outcome }) => outcome).sort()).toEqual(['already', 'done'])
  const before = await contester.credit(forever)
  expect(await answerer.refund(nameOf(claims.claim), page, forever)).toMatchObject({ outcome: 'done' })
  expect(await answerer.refund(nameOf(claims.claim), page, forever)).toEqual({ outcome: 'already' })
  expect(await answerer.refund(nameOf(claims.claim), list, forever)).toEqual({ outcome: 'already' })
  expect(await contester.credit(forever)).toBeGreaterThan(before)
  await fillBond(remover(), claims.claim.claimer)
  await claim()
})

test('contester › a final claim is not contested', async () => {
  const { number } = await claim()
  const claims = await inQuestion(remover(), number)
  await l2.control.increaseTime({ seconds: claims.claim.windows.challenge })
  await l2.control.mine({ blocks: 1 })
  await claimer.finalize(forever)
  await until(async () => {
    const args = [number] as const
    const rollup = { address: bytesToHex(l2.deployment.rollup), abi: rollupAbi } as const
    return l2.client.readContract({ ...rollup, functionName: 'isFinal', args })
  })
  await expect(contester.challenge(claims, [list], forever)).rejects.toMatchObject({
    fault: { code: 'TRANSACTION_REFUSED', reason: expect.stringContaining('Rollup_NotContestable') },
  })
})
