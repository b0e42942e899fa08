import { inboxAbi } from '@parley/contracts'
import { rpcTransport } from '@parley/http'
import { type Bytes20, limits, type Mwei, toWei } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { describeRevert } from '@parley/settlement'
import {
  openAccountSender,
  type SenderMetrics,
  senderDefaults,
  type TextStore,
  type TransactionSender,
} from '@parley/transactions'
import type { Logger } from 'pino'
import { bytesToHex, createPublicClient, encodeFunctionData, type Hex, type PublicClient } from 'viem'
import { InfraError } from '../faults.ts'
import type { Deployment } from './deployment.ts'

export interface OpenAccountsDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: SenderMetrics
  /** Keeps signed deposits until they are settled, so that none is made twice. */
  readonly store: TextStore
}

export interface OpenAccountsOptions {
  /** JSON-RPC of the L2. */
  readonly url: string
  readonly deployment: Pick<Deployment, 'inbox'>
  /** 32 bytes: the key that pays; nothing else may send from its account meanwhile. */
  readonly funder: Uint8Array
  readonly owners: readonly Bytes20[]
  /** Each 0 to 63. */
  readonly shards: readonly number[]
  /** For each account. */
  readonly amount: Mwei
}

/** An account of the L3 that stands open. */
export interface OpenedAccount {
  readonly owner: Bytes20
  readonly shard: number
  /** Index within the shard. */
  readonly account: number
}

/** Of a deposit that opens an account; what is not used is not paid. */
const depositGas = 250_000n

/** Deposits on their way at once; with a block gas limit of 30 million, more would only wait. */
const depositsAtOnce = 96

/**
 * Sees to it that every owner has an account in every shard: deposits where there is none and waits until all deposits are
 * included. Calling again deposits nothing.
 * @throws {InfraError} `OPTION_INVALID`; {TransactionError} what sending throws.
 */
export async function openAccounts(
  deps: OpenAccountsDeps,
  options: OpenAccountsOptions,
  signal: AbortSignal,
): Promise<readonly OpenedAccount[]> {
  for (const shard of options.shards)
    if (!Number.isInteger(shard) || shard < 0 || shard >= limits.shards)
      throw new InfraError({ code: 'OPTION_INVALID', field: 'shards', reason: `${shard} is not 0 to 63` })
  const transport = rpcTransport(options.url, { timeoutMs: 10_000 })
  const client = createPublicClient({ transport })
  const wanted = options.owners.flatMap((owner) => options.shards.map((shard) => ({ owner, shard })))
  const before = await Promise.all(wanted.map((each) => accountOf(client, options.deployment, each)))
  const missing = wanted.filter((_, i) => before[i] === undefined)
  if (missing.length > 0) {
    const sender = await openAccountSender(
      { ...deps, transport, describeRevert, secret: options.funder },
      { ...senderDefaults, pollMs: 200, maxPending: depositsAtOnce, maxWaiting: missing.length },
      signal,
    )
    try {
      await Promise.all(missing.map((each) => deposit(sender, options, each, signal)))
    } finally {
      await sender.close()
    }
    deps.log.info({ accounts: missing.length, amountEach: options.amount }, 'accounts opened')
  }
  return Promise.all(wanted.map(async (each) => ({ ...each, account: await opened(client, options.deployment, each) })))
}

interface Place {
  readonly owner: Bytes20
  readonly shard: number
}

async function deposit(
  sender: TransactionSender,
  { deployment, amount }: OpenAccountsOptions,
  { owner, shard }: Place,
  signal: AbortSignal,
): Promise<void> {
  const to: Hex = bytesToHex(deployment.inbox)
  const data = encodeFunctionData({ abi: inboxAbi, functionName: 'deposit', args: [shard, bytesToHex(owner)] })
  const call = { to, data, value: toWei(amount) }
  await sender.send({ key: `open:${shard}:${bytesToHex(owner)}`, call, gas: depositGas }, signal)
}

async function accountOf(
  client: PublicClient,
  deployment: Pick<Deployment, 'inbox'>,
  place: Place,
): Promise<number | undefined> {
  const [exists, account] = await client.readContract({
    address: bytesToHex(deployment.inbox),
    abi: inboxAbi,
    functionName: 'accountOf',
    args: [place.shard, bytesToHex(place.owner)],
  })
  return exists ? account : undefined
}

async function opened(client: PublicClient, deployment: Pick<Deployment, 'inbox'>, place: Place): Promise<number> {
  const account = await accountOf(client, deployment, place)
  if (account === undefined)
    throw new InfraError({ code: 'DEPLOYMENT_FAILED', contract: 'Inbox', reason: `no account in shard ${place.shard}` })
  return account
}
