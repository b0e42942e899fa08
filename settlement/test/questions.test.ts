import { LogPages } from '@parley/l2'
import { type Hex, type PublicClient, toHex } from 'viem'
import { expect, test } from 'vitest'
import { Questions } from '../src/contest/questions.ts'
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

/** An L2 with questions, which counts how often claims are looked for, and never answers more than one of them. */
function fakeL2(asked: readonly { claim: number; page: number }[], answered: number) {
  const looked: string[] = []
  const client = {
    getBlock: async () => ({ number: 100n, timestamp: 50n }),
    getBlockNumber: async () => 100n,
    async getContractEvents({ eventName, args }: { eventName: string; args: { hash: Hex } }) {
      if (eventName === 'DataChallenged')
        return asked.map(({ claim, page }) => ({
          args: { hash: hashOf(claim), place: { part: 0, block_: 0n, page }, deadline: 60n },
        }))
      looked.push(args.hash)
      return [{ args: { claim: claimOf(BigInt(args.hash)) } }]
    },
    readContract: async ({ args: [, , { page }] }: { args: [bigint, Hex, { page: number }] }) => [
      toHex(1, { size: 20 }),
      60n,
      1n,
      page === answered ? 2 : 1,
    ],
  } as unknown as PublicClient
  const contracts = { rollup: toHex(2, { size: 20 }), deploymentBlock: 0n } as unknown as Contracts
  return { looked, questions: new Questions(client, contracts, new LogPages(1000n)) }
}

test('questions › a claim is looked for once, however many places of it are asked for, one claim after another', async () => {
  const asked = Array.from({ length: 80 }, (_, i) => ({ claim: i % 2 === 0 ? 5 : 4, page: i }))
  const { looked, questions } = fakeL2(asked, 6)
  const open = await questions.open(new AbortController().signal)
  expect(looked.sort()).toEqual([hashOf(4), hashOf(5)])
  expect(open.map(({ claim, place }) => [Number(claim.number), place.page])).toEqual([
    ...asked.filter(({ claim }) => claim === 4).map(({ page }) => [4, page]),
    ...asked.filter(({ claim, page }) => claim === 5 && page !== 6).map(({ page }) => [5, page]),
  ])
})
