import { CliError } from '@parley/cli'
import type { Closing } from '@parley/cli/roles'
import { messageLogAbi, messageLogBytecode } from '@parley/contracts/bench'
import { type Address, createTestClient, type Hex, http, publicActions, walletActions } from 'viem'
import { mnemonicToAccount, type PrivateKeyAccount } from 'viem/accounts'
import type { Context } from '../../context.ts'
import { type Anvil, startAnvil } from '../../devnet/anvil.ts'
import { devMnemonic } from '../../devnet/roles.ts'
import { readyWithinMs } from '../../process/ready-within.ts'
import type { BenchContext } from '../bench-context.ts'
import { evmChainId, evmMembers, signTransactions } from './evm-load.ts'
import { type PeerMessage, peerConversations } from './messages.ts'
import { type RawSender, sendRaw } from './send-raw.ts'

export type PeerContext = BenchContext & Pick<Context, 'clock'>

/** Conversations that one transaction opens. */
const openedAtOnce = 64
/** Balances set at once. */
const fundedAtOnce = 512
const ether = 10n ** 18n
const pollingInterval = 20

/** What one sending of all messages came to. */
export interface PeerRun {
  /** From the first message offered to the last one in a block. */
  readonly messagesPerSecond: number
  /** What the machine counts as work: gas, compute units. */
  readonly workPerMessage: number
}

/** A system to measure against, with the messages signed for it. */
export interface Peer {
  /** Sends all messages to a state in which none was sent. @throws {CliError} `ANSWER_INVALID` when one is missing. */
  measure(): Promise<PeerRun>
}

/** Starts a chain with the messaging contract on it, where every member has money and every conversation is open. */
export async function openEvmPeer(
  { clock, log, signal }: PeerContext,
  { seed, messages }: { readonly seed: string; readonly messages: readonly PeerMessage[] },
  closing: Closing,
): Promise<Peer> {
  const chain = await startAnvil(
    { clock, log: log.child({}, { level: 'warn' }) },
    {
      family: 'ethereum',
      hardfork: 'osaka',
      chainId: evmChainId,
      mnemonic: devMnemonic,
      accounts: 1,
      mining: { kind: 'automine' },
      safeAfterBlocks: 1,
      // So large that no message ever waits for the next block.
      gasLimit: 10n ** 12n,
      readyWithinMs,
    },
    signal,
  )
  closing.add(() => chain.stop())
  const client = clientOf(chain)
  const members = evmMembers(seed)
  const contract = await openContract(client, members)
  const transactions = await signTransactions(messages, members, contract)
  await client.setAutomine(false)
  const sender: RawSender = { url: chain.url, signal }
  return {
    async measure() {
      const before = await client.getBlockNumber()
      const snapshot = await client.snapshot()
      const elapsedMs = await sendRaw(sender, transactions)
      const work = await includedSince(client, before, messages.length)
      await client.revert({ id: snapshot })
      return { messagesPerSecond: (1_000 * messages.length) / elapsedMs, workPerMessage: work / messages.length }
    },
  }
}

type Client = ReturnType<typeof clientOf>

function clientOf({ url }: Anvil) {
  const account = mnemonicToAccount(devMnemonic)
  // Hundreds of calls go at once, and all are the chain's only work.
  const transport = http(url, { batch: true, timeout: readyWithinMs * 4 })
  return createTestClient({ mode: 'anvil', account, transport, cacheTime: 0 })
    .extend(publicActions)
    .extend(walletActions)
}

async function openContract(client: Client, members: readonly (readonly PrivateKeyAccount[])[]): Promise<Address> {
  const mined = (hash: Hex) => client.waitForTransactionReceipt({ hash, pollingInterval })
  const deployment = { abi: messageLogAbi, bytecode: messageLogBytecode, chain: null } as const
  const { contractAddress } = await mined(await client.deployContract(deployment))
  const address = contractAddress as Address
  const accounts = members.flat()
  for (let from = 0; from < accounts.length; from += fundedAtOnce)
    await Promise.all(
      accounts.slice(from, from + fundedAtOnce).map((each) => {
        return client.setBalance({ address: each.address, value: 100n * ether })
      }),
    )
  for (let first = 0; first < peerConversations; first += openedAtOnce) {
    const pairs = members.slice(first, first + openedAtOnce).map(([a, b]) => {
      return [(a as PrivateKeyAccount).address, (b as PrivateKeyAccount).address] as const
    })
    const call = { address, abi: messageLogAbi, functionName: 'open', args: [BigInt(first), pairs] } as const
    await mined(await client.writeContract({ ...call, chain: null }))
  }
  return address
}

/** @returns gas of all blocks since. @throws {CliError} unless every message emitted its event in them. */
async function includedSince(client: Client, before: bigint, expected: number): Promise<number> {
  const latest = await client.getBlockNumber()
  let gas = 0
  let events = 0
  for (let blockNumber = before + 1n; blockNumber <= latest; blockNumber += 1n) {
    gas += Number((await client.getBlock({ blockNumber })).gasUsed)
    const range = { fromBlock: blockNumber, toBlock: blockNumber }
    events += (await client.getContractEvents({ abi: messageLogAbi, eventName: 'MessageSent', ...range })).length
  }
  if (events !== expected) {
    const reason = `${events} messages in blocks, ${expected} sent`
    throw new CliError({ code: 'ANSWER_INVALID', server: 'anvil', field: 'events', reason })
  }
  return gas
}
