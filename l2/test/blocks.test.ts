import type { L2Position } from '@parley/protocol'
import { createClient, custom, type Hex, numberToHex, padHex } from 'viem'
import { expect, test } from 'vitest'
import { createBlocks, LogPages } from '../src/index.ts'

const { signal } = new AbortController()
const hashOf = (number: number): Hex => padHex(numberToHex(number + 1), { size: 32 })
const blockAt = (number: number): object => ({
  number: numberToHex(number),
  hash: hashOf(number),
  parentHash: hashOf(number - 1),
  timestamp: numberToHex(1_700_000_000 + number),
  transactions: [],
})
const origin: L2Position = { blockNumber: 1n, blockHash: Buffer.from(hashOf(1).slice(2), 'hex') }
const rpcError = (code: number, message: string): Error => Object.assign(new Error(message), { code })

/** A chain of three blocks whose node answers for `safe` as it is told. */
function chainWith(safe: () => unknown) {
  const request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    if (method === 'eth_getLogs') return []
    const [which] = params as [string]
    return which === 'safe' ? safe() : blockAt(Number(which))
  }
  const client = createClient({ transport: custom({ request }, { retryCount: 0 }) })
  return createBlocks(client, { address: [] }, { pages: new LogPages(10n), nearBlocks: 10n })
}

test.each<[string, () => unknown]>([
  ['null', () => null],
  [
    '-32000',
    () => {
      throw rpcError(-32_000, 'safe block not found')
    },
  ],
  [
    '-39001',
    () => {
      throw rpcError(-39_001, 'Unknown block')
    },
  ],
])('blocks › a node that answers %s for safe after its restart is waited for, and told of', async (_, unknown) => {
  let safe = unknown
  const blocks = chainWith(() => safe())
  await expect(blocks.after(origin, 'safe', signal)).rejects.toMatchObject({
    fault: { code: 'SETTLEMENT_UNAVAILABLE', reason: expect.stringContaining('the node tells no safe block') },
  })
  safe = () => blockAt(3)
  expect(await blocks.after(origin, 'safe', signal)).toMatchObject({ kind: 'stretch', caughtUp: true })
})

test('blocks › a head below the position is behind, a pool that has the block all the same is not', async () => {
  const blocks = chainWith(() => blockAt(1))
  const at = (number: number): L2Position => ({
    blockNumber: BigInt(number),
    blockHash: Buffer.from(hashOf(number).slice(2), 'hex'),
  })
  expect(await blocks.after(at(3), 'safe', signal)).toEqual({ kind: 'nothing' })
  const short = createBlocks(
    createClient({
      transport: custom(
        { request: async ({ params }) => ((params as [string])[0] === 'latest' ? blockAt(1) : null) },
        { retryCount: 0 },
      ),
    }),
    { address: [] },
    { pages: new LogPages(10n), nearBlocks: 10n },
  )
  expect(await short.after(at(3), 'latest', signal)).toEqual({ kind: 'behind', head: 1n })
})
