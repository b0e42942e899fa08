import { rollupAbi } from '@parley/contracts'
import { createPublicClient, http } from 'viem'
import { nodeFollows } from '../stage/following.ts'
import type { Stage } from '../stage/stage.ts'
import { type DaDrill, unless } from './drill.ts'

const gone = { status: 410, type: 'application/json', body: Buffer.from('{"code":"PART_EXPIRED"}') } as const

/** Has all members answer 410 to whoever reads. @returns how often they did since. */
export function refuseReaders({ fronts }: Stage): () => number {
  const before = fronts.members.map(({ meddled }) => meddled)
  for (const member of fronts.members)
    member.meddle(({ method, path }) => (method === 'GET' && path.includes('/v1/parts/') ? { swallow: gone } : 'pass'))
  return () => fronts.members.reduce((sum, { meddled }, i) => sum + meddled - (before[i] ?? 0), 0)
}

const withheld: DaDrill = {
  name: 'committee-withholds',
  byDefault: false,
  policy: 'committee:ethereum-blobs',
  contested: true,
  fault: 'all members sign, and answer 410 to whoever reads, until the node asks on the L2',
  expected: 'the question is answered in time, the claim stands, and no bond is touched',
  async play(stage) {
    const { stack, wait } = stage
    const client = createPublicClient({ transport: http(stack.places.l2Url), cacheTime: 0 })
    const rollup = { address: stack.places.rollup, abi: rollupAbi } as const
    const fromBlock = await client.getBlockNumber()
    const events = async (eventName: 'DataChallenged' | 'DataAnswered' | 'Removed') =>
      client.getContractEvents({ ...rollup, eventName, fromBlock })
    const refusals = refuseReaders(stage)
    const asked = await wait('the node to ask on the L2', async () => {
      const found = await events('DataChallenged')
      return found.length > 0 ? found.length : undefined
    })
    const refused = refusals()
    await stage.heal()
    await wait('an answer on the L2', async () => ((await events('DataAnswered')).length > 0 ? true : undefined))
    await nodeFollows(stage)
    const removed = (await events('Removed')).length
    return {
      hits: Math.min(refused, asked),
      detail: `${refused} readings refused, ${asked} questions on the L2`,
      failures: unless(removed === 0, `${removed} claims were removed`),
    }
  },
}

export const withheldDrills: readonly DaDrill[] = [withheld]
