import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { rpcTransport } from '@parley/http'
import { SettlementError } from '@parley/protocol'
import { createPublicClient, type PublicClient, RpcRequestError } from 'viem'
import { describe, expect, test } from 'vitest'
import { LogPages, readLogs } from '../src/index.ts'

const tooLong = new RpcRequestError({ body: {}, error: { code: -32_614, message: 'too long' }, url: 'x' })
const signal = new AbortController().signal
const address = `0x${'11'.repeat(20)}` as const

/** A node that refuses ranges of more than `limit` blocks; gives what `use` gives and the lengths that were asked for. */
async function withNode<T>(
  limit: number,
  refusal: { status?: number; body: (id: number) => string },
  use: (client: PublicClient) => Promise<T>,
): Promise<{ result: T; lengths: number[] }> {
  const lengths: number[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { id, params } = JSON.parse(Buffer.concat(chunks).toString())
    const [{ fromBlock, toBlock }] = params
    const length = Number(toBlock) - Number(fromBlock) + 1
    lengths.push(length)
    const { status = 200, body } =
      length > limit ? refusal : { body: () => JSON.stringify({ jsonrpc: '2.0', id, result: [] }) }
    response.writeHead(status, { 'content-type': 'application/json' }).end(body(id))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const transport = rpcTransport(url, { timeoutMs: 5_000, maxBatch: 1 })
    return { result: await use(createPublicClient({ transport })), lengths }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const rpcError = (code: number, message: string) => ({
  body: (id: number) => JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } }),
})

describe('log pages', () => {
  test.each([
    ['-32614', rpcError(-32_614, 'eth_getLogs is limited to a 10 range')],
    ['-32005', rpcError(-32_005, 'query returned more than 10000 results')],
    ['-32602', rpcError(-32_602, 'block range too wide')],
    ['status 413 and a page', { status: 413, body: () => '<html>' }],
    ['status 400 and an error', { status: 400, ...rpcError(-32_600, 'up to a 10 block range') }],
  ])('ranges refused by %s › are halved until they are taken, and the length is remembered', async (_what, refusal) => {
    const pages = new LogPages(40n)
    const { lengths } = await withNode(10, refusal, async (client) => {
      await readLogs(client, { address: [address] }, { from: 1n, to: 100n }, pages, signal)
      await readLogs(client, { address: [address] }, { from: 101n, to: 125n }, pages, signal)
    })
    expect(lengths).toEqual([40, 20, ...Array.from({ length: 10 }, () => 10), 10, 10, 5])
  })

  test('a single block that is refused › is a fault of the node, and lengths stay', async () => {
    const pages = new LogPages(8n)
    const refused = rpcError(-32_000, 'header not found')
    const { result, lengths } = await withNode(0, refused, (client) =>
      readLogs(client, { address: [address] }, { from: 1n, to: 8n }, pages, signal).catch((error: unknown) => error),
    )
    expect((result as SettlementError).fault).toMatchObject({ code: 'SETTLEMENT_UNAVAILABLE' })
    expect(lengths).toEqual([8, 4, 2, 1])
    const sound = await withNode(8, refused, (client) =>
      readLogs(client, { address: [address] }, { from: 1n, to: 8n }, pages, signal),
    )
    expect(sound.lengths).toEqual([8])
  })

  test('a node that is away › is asked once', async () => {
    let asked = 0
    const failing = new LogPages(8n).page(8n, () => {
      asked += 1
      return Promise.reject(new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'away' }))
    })
    await expect(failing).rejects.toThrow('away')
    expect(asked).toBe(1)
  })

  test('after many pages › a longer one is tried again', async () => {
    const pages = new LogPages(4n)
    const refused = Promise.resolve()
    let limit = 1n
    const read = async (blocks: bigint): Promise<bigint> => {
      await refused
      if (blocks > limit) throw new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'x' }, { cause: tooLong })
      return blocks
    }
    expect((await pages.page(4n, read)).blocks).toBe(1n)
    limit = 4n
    const lengths = new Set<bigint>()
    for (let i = 0; i < 300; i += 1) lengths.add((await pages.page(4n, read)).blocks)
    expect([...lengths]).toEqual([1n, 2n, 4n])
  })
})
