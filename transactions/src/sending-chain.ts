import { type Block, BlockNotFoundError, type Hash, type PublicClient, TransactionNotFoundError } from 'viem'
import type { Ask } from './ask.ts'
import type { Broadcast, Head, SendingChain } from './chain.ts'
import { orNone, refusalOf, transactionCount, transactionReceipt } from './node-answers.ts'
import { readRejection } from './rejections.ts'

/** Characters of a node's words that are kept. */
const longestReason = 500

/** What sending asks of a node, over viem; `ask` makes the caller's faults of what goes wrong. */
export function createSendingChain(client: PublicClient, ask: Ask): SendingChain {
  return {
    transactionCount: (address, at, signal) =>
      ask('eth_getTransactionCount', () => transactionCount(client, address, at), signal),
    head: (signal) =>
      ask(
        'eth_getBlockByNumber',
        async () => {
          const block = await client.getBlock()
          if (block.baseFeePerGas === null) throw new TypeError('the chain has no base fee')
          return toHead(block)
        },
        signal,
      ),
    block: (blockNumber, signal) =>
      ask(
        'eth_getBlockByNumber',
        () => orNone(async () => toHead(await client.getBlock({ blockNumber })), BlockNotFoundError),
        signal,
      ),
    knows: (hash, signal) =>
      ask(
        'eth_getTransactionByHash',
        async () => (await orNone(() => client.getTransaction({ hash }), TransactionNotFoundError)) !== undefined,
        signal,
      ),
    broadcast: (serializedTransaction, signal) =>
      ask(
        'eth_sendRawTransaction',
        async () => {
          try {
            await client.sendRawTransaction({ serializedTransaction })
            return { kind: 'accepted' }
          } catch (error) {
            return toRefusal(error)
          }
        },
        signal,
      ),
    receipt: (hash, signal) => ask('eth_getTransactionReceipt', () => transactionReceipt(client, hash), signal),
  }
}

type NodeBlock = Pick<Block, 'number' | 'hash' | 'timestamp' | 'baseFeePerGas'>

/** @throws `error` when it is no answer of the node. */
function toRefusal(error: unknown): Broadcast {
  const words = refusalOf(error)
  if (words === undefined) throw error
  const rejection = readRejection(error) ?? { kind: 'unclear', reason: words }
  return 'reason' in rejection ? { ...rejection, reason: rejection.reason.slice(0, longestReason) } : rejection
}

export function toHead({ number, hash, timestamp, baseFeePerGas }: NodeBlock): Head {
  if (number === null || hash === null) throw new TypeError('a block without number or hash')
  return { number, hash: hash.toLowerCase() as Hash, timestamp, baseFeePerGas: baseFeePerGas ?? 0n }
}
