import { LogPages } from '@parley/l2'
import type { BatchClaim } from '@parley/protocol'
import { type Hex, type PublicClient, toHex } from 'viem'
import { expect, test } from 'vitest'
import { type Question, Questions } from '../src/contest/questions.ts'
import type { Contracts } from '../src/deployment.ts'

const zero = toHex(0, { size: 32 })
const part = { layer: 0, pointer: '0x' as Hex }
const prices = { coreByte: 1n, witnessByte: 1n, settlement: 1n, stateByte: 1n }
const lastHeader = {
  number: 2n,
  parent: zero,
  timestamp: 0n,
  lineage: zero,
  inboxCount: 0n,
  segmentCount: 0n,
  inboxHash: zero,
  prices,
  runsRoot: zero,
  stateRoot: zero,
}
const claimOf = (number: bigint) => ({
  number,
  parent: zero,
  lineage: zero,
  coreRoot: zero,
  witnessRoot: zero,
  lastHeader,
  core: part,
  witness: part,
  windows: { challenge: 1, data: 1, answer: 1, proof: 1 },
  claimer: toHex(1, { size: 20 }),
  claimedAt: 0n,
})
const hashOf = (claim: number) => toHex(claim, { size: 32 })

/** An L2 with questions whose deadlines have passed but for the time that answers took; it counts what is looked for. */
function fakeL2(asked: readonly { claim: number; page: number }[], answeringTime = 20n) {
  const looked: string[] = []
  const answered = new Set<number>()
  let height = 100n
  let statesRead = 0
  const client = {
    getBlock: async () => ({ number: height, timestamp: 50n }),
    getBlockNumber: async () => height,
    async getContractEvents({ eventName, args }: { eventName: string; args: { hash: Hex } }) {
      if (eventName === 'DataChallenged')
        return asked.map(({ claim, page }) => ({
          args: { hash: hashOf(claim), place: { part: 0, block_: 0n, page }, deadline: 40n },
        }))
      looked.push(args.hash)
      return [{ args: { claim: claimOf(BigInt(args.hash)) } }]
    },
    async readContract({
      functionName,
      args: [, , place],
    }: {
      functionName: string
      args: [bigint, Hex, { page: number }]
    }) {
      if (functionName === 'answeringTime') return answeringTime
      statesRead += 1
      return [toHex(1, { size: 20 }), 40n, 1n, answered.has(place.page) ? 2 : 1, 0n]
    },
  } as unknown as PublicClient
  const contracts = { rollup: toHex(2, { size: 20 }), deploymentBlock: 0n } as unknown as Contracts
  const questions = new Questions(client, contracts, new LogPages(1000n))
  return {
    looked,
    answered,
    statesRead: () => statesRead,
    grow: (blocks: bigint) => {
      height += blocks
    },
    open: (isOurs = async (_: BatchClaim) => true) => questions.open(isOurs, new AbortController().signal),
  }
}

const named = (open: readonly Question[]) => open.map(({ claim, place }) => [Number(claim.number), place.page])
const manyAsked = (count: number) => Array.from({ length: count }, (_, i) => ({ claim: i % 2 === 0 ? 5 : 4, page: i }))

test('questions › a claim is looked for once, however many places of it are asked for, one claim after another', async () => {
  const asked = manyAsked(80)
  const { looked, answered, open } = fakeL2(asked)
  answered.add(6)
  expect(named(await open())).toEqual([
    ...asked.filter(({ claim, page }) => claim === 5 && page !== 6).map(({ page }) => [5, page]),
    ...asked.filter(({ claim }) => claim === 4).map(({ page }) => [4, page]),
  ])
  await open()
  expect(looked.sort()).toEqual([hashOf(4), hashOf(5)])
})

test('questions › the time that answers took is added to the deadline, and what is later is left out', async () => {
  expect((await fakeL2([{ claim: 5, page: 0 }], 10n).open()).map(({ deadline }) => deadline)).toEqual([50n])
  expect(await fakeL2([{ claim: 5, page: 0 }], 9n).open()).toEqual([])
})

test('questions › claims of others are left out and in nobody else’s way', async () => {
  const { open } = fakeL2(manyAsked(80))
  const ours = await open(async ({ number }) => number === 4n)
  expect(ours).toHaveLength(40)
  expect(new Set(ours.map(({ claim }) => claim.number))).toEqual(new Set([4n]))
})

test('questions › more than some hundreds are told claim by claim', async () => {
  const { open } = fakeL2(manyAsked(600))
  expect(new Set(named(await open()).map(([claim]) => claim))).toEqual(new Set([5]))
})

test('questions › what was answered is asked about once more when it cannot be reorganised, and then never', async () => {
  const { answered, grow, statesRead, open } = fakeL2(manyAsked(4))
  for (const page of [0, 1, 2, 3]) answered.add(page)
  expect(await open()).toEqual([])
  await open()
  expect(statesRead()).toBe(4)
  grow(65n)
  await open()
  expect(statesRead()).toBe(8)
})
