import { CliError } from '@parley/cli'
import type { Hex } from 'viem'

export interface RawSender {
  readonly url: string
  readonly signal: AbortSignal
}

/** Connections that send at the same time; a sender's transactions go over one of them, in order. */
const connections = 4
/** Transactions of one JSON-RPC batch request. */
const batchSize = 250
/** Transactions after which a block is asked for, while the next ones are sent. */
const transactionsPerBlock = 3_000
/** Streams of the load take turns, so a sender's transactions are at places that are equal modulo this. */
const streams = 32

/**
 * Sends signed transactions as fast as they are taken, and has them mined meanwhile.
 * @returns milliseconds from the first request to the answer of the last block.
 * @throws {CliError} `ANSWER_INVALID` when one is refused.
 */
export async function sendRaw(sender: RawSender, transactions: readonly Hex[]): Promise<number> {
  const started = performance.now()
  const lines = Array.from({ length: connections }, (_, line) => {
    return transactions.filter((_transaction, at) => (at % streams) % connections === line)
  })
  let taken = 0
  let mined = 0
  let mining = Promise.resolve()
  const mine = (): void => {
    mined = taken
    mining = mining.then(() => request(sender, [{ method: 'evm_mine', params: [] }]))
  }
  await Promise.all(
    lines.map(async (line) => {
      for (let from = 0; from < line.length; from += batchSize) {
        const batch = line.slice(from, from + batchSize)
        await request(
          sender,
          batch.map((raw) => ({ method: 'eth_sendRawTransaction', params: [raw] })),
        )
        taken += batch.length
        if (taken - mined >= transactionsPerBlock) mine()
      }
    }),
  )
  mine()
  await mining
  return performance.now() - started
}

async function request(
  { url, signal }: RawSender,
  calls: readonly { readonly method: string; readonly params: readonly unknown[] }[],
): Promise<void> {
  const body = JSON.stringify(calls.map((call, id) => ({ jsonrpc: '2.0', id, ...call })))
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body, signal })
  const answers = (await response.json()) as readonly { readonly error?: { readonly message: string } }[]
  const failed = answers.find(({ error }) => error !== undefined)
  if (failed?.error !== undefined) {
    const reason = failed.error.message
    throw new CliError({ code: 'ANSWER_INVALID', server: 'anvil', field: 'error', reason })
  }
}
