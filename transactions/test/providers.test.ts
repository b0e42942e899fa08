import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { rpcTransport } from '@parley/http'
import { describe, expect, test } from 'vitest'
import type { TransactionChain } from '../src/chain.ts'
import { TransactionError } from '../src/faults.ts'
import { connectTransactionChain } from '../src/viem-chain.ts'

const signal = new AbortController().signal
const account = `0x${'11'.repeat(20)}` as const
const missing = { error: { code: -32_601, message: 'the method does not exist/is not available' } }
const block = {
  number: '0x5',
  hash: `0x${'22'.repeat(32)}`,
  timestamp: '0x10',
  baseFeePerGas: '0x64',
  transactions: [],
}

type Answer = { readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string } }

/** A provider that answers each method as told; what is not told it does not offer. */
async function withProvider<T>(
  answers: Readonly<Record<string, (params: readonly unknown[]) => Answer>>,
  use: (chain: TransactionChain) => Promise<T>,
): Promise<T> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString())
    const one = ({ id, method, params }: { id: number; method: string; params: unknown[] }) => ({
      jsonrpc: '2.0',
      id,
      ...(answers[method]?.(params ?? []) ?? missing),
    })
    const body = Array.isArray(parsed) ? parsed.map(one) : one(parsed as Parameters<typeof one>[0])
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return await use(
      await connectTransactionChain(
        { transport: rpcTransport(url, { timeoutMs: 5_000 }), describeRevert: String },
        signal,
      ),
    )
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const basics = { eth_chainId: () => ({ result: '0x1' }), eth_getBlockByNumber: () => ({ result: block }) }
const call = { to: account, data: '0x', value: 5n } as const

describe('providers', () => {
  test('without eth_maxPriorityFeePerGas › the tip is left to the limits', async () => {
    expect(await withProvider(basics, (chain) => chain.fees(signal))).toEqual({ baseFee: 100n, tip: 0n })
  })

  test('that know no pending state › are asked for the latest', async () => {
    const answers = {
      ...basics,
      eth_getTransactionCount: ([, tag]: readonly unknown[]) =>
        tag === 'pending' ? { error: { code: -32_602, message: 'pending is not available' } } : { result: '0x7' },
    }
    expect(await withProvider(answers, (chain) => chain.transactionCount(account, 'pending', signal))).toBe(7)
  })

  test.each(['gas required exceeds allowance (0)', 'insufficient funds for gas * price + value', 'words of its own'])(
    'an account without money, refused with "%s" › is FUNDS_MISSING, for the operator to mend',
    async (message) => {
      const answers = {
        ...basics,
        eth_estimateGas: () => ({ error: { code: -32_000, message } }),
        eth_getBalance: () => ({ result: '0x3' }),
      }
      const fault = await withProvider(answers, (chain) => chain.estimateGas(account, call, signal)).catch(
        (error) => error,
      )
      expect(fault).toBeInstanceOf(TransactionError)
      expect((fault as TransactionError).fault).toMatchObject({ code: 'FUNDS_MISSING', balance: 3n, least: 2_100_005n })
      expect((fault as TransactionError).meaning).toMatchObject({ blame: 'operator', retry: 'later' })
    },
  )

  test('an account with money › is not called poor for another refusal', async () => {
    const answers = {
      ...basics,
      eth_estimateGas: () => ({ error: { code: -32_000, message: 'header not found' } }),
      eth_getBalance: () => ({ result: '0xffffffffffff' }),
    }
    const fault = await withProvider(answers, (chain) => chain.estimateGas(account, call, signal)).catch(
      (error) => error,
    )
    expect((fault as TransactionError).fault).toMatchObject({
      code: 'CHAIN_UNAVAILABLE',
      reason: expect.stringContaining('header not found'),
    })
  })
})
