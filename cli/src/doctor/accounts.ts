import { rpcTransport } from '@parley/http'
import { ownerAddress } from '@parley/protocol'
import { bytesToHex, type Client, createClient, getAddress } from 'viem'
import { getBalance, getBlobBaseFee, getGasPrice } from 'viem/actions'
import { type Config, type Key, lookUp } from '../config/config.ts'
import { Secret } from '../config/secret.ts'
import type { Context } from '../process/context.ts'
import { examined, type Finding, finding } from './finding.ts'
import { type L2Node, silentNode } from './l2-node.ts'

/** Gas of a transaction that an account must be able to pay for: more than a claim or an answer takes. */
const transactionGas = 3_000_000n
/** Gas and blob gas of a publication of six blobs. */
const publication = { gas: 21_000n, blobGas: 6n * 131_072n } as const
/** Transactions that a balance should be enough for. */
const transactions = 10n

/** Keys whose accounts pay on the L2. */
const payingKeys: readonly Key[] = [
  'l2.key',
  'batcher.quoteKey',
  'node.challengeKey',
  'gateway.payKey',
  'daNode.answerKey',
]

export const addressOf = (config: Config, key: Key): `0x${string}` | undefined => {
  const value = lookUp(config, key)
  return value instanceof Secret ? getAddress(bytesToHex(ownerAddress(value.reveal() as Uint8Array))) : undefined
}

/** Whether the accounts of configured keys can pay for what they send on the L2. */
export async function checkL2Accounts({ config }: Context, { client }: L2Node): Promise<Finding[]> {
  const price = await getGasPrice(client)
  const found: Finding[] = []
  for (const key of payingKeys) {
    const address = addressOf(config, key)
    if (address === undefined) continue
    found.push(
      ...(await examined(`balance of ${key}`, () =>
        checkBalance(client, `balance of ${key}`, address, transactions * transactionGas * price),
      )),
    )
  }
  return found
}

/** Whether the L1 answers, and the account that publishes blobs can pay for some. */
export async function checkL1({ config, signal }: Context): Promise<Finding[]> {
  const found: Finding[] = []
  const chains = new Set<string>()
  for (const [i, url] of (config.l1.url ?? []).entries()) {
    const check = `L1 ${i + 1}`
    try {
      const transport = rpcTransport(url, { timeoutMs: config.l2.requestTimeoutMs, signal })
      const client = createClient({ transport, cacheTime: 0 })
      const chain = BigInt(await client.request({ method: 'eth_chainId' }))
      chains.add(`${chain}`)
      found.push(finding(check, chains.size > 1 ? 'TAGS_DISORDERED' : 'OK', `chain ${[...chains].join(', then ')}`))
      const address = addressOf(config, 'l1.key')
      if (i > 0 || address === undefined) continue
      found.push(
        ...(await examined('balance of l1.key', async () => {
          const [price, blobPrice] = await Promise.all([getGasPrice(client), getBlobBaseFee(client)])
          const least = transactions * (publication.gas * price + publication.blobGas * blobPrice)
          return checkBalance(client, 'balance of l1.key', address, least)
        })),
      )
    } catch (error) {
      signal.throwIfAborted()
      found.push(silentNode(check, error))
    }
  }
  return found
}

async function checkBalance(client: Client, check: string, address: `0x${string}`, least: bigint): Promise<Finding> {
  const balance = await getBalance(client, { address })
  const said = `${address} has ${balance} wei, ten of its transactions cost ${least} now`
  return finding(check, balance < least ? 'BALANCE_LOW' : 'OK', said)
}
