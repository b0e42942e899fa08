import { CliError } from '@parley/cli'
import { publicInboxAbi } from '@parley/contracts'
import { type Address, decodeErrorResult, decodeEventLog, encodeEventTopics, type Hex, numberToHex } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { authorizeInvite } from '../chain/sign.ts'
import type { Outcome, Transaction } from '../chain/simulated-chain.ts'
import type { Account } from './books.ts'
import type { Market } from './market.ts'

/** An invite that somebody wants to send. */
export interface Intent {
  readonly payer: Address
  readonly recipient: Address
  /** Wei that it may cost at most. */
  readonly worth: bigint
  /** Key that the sender hides behind. */
  readonly hidden?: PrivateKeyAccount
  /** Where it is booked. */
  readonly account: Account
}

/** What became of an invite. */
export interface Sent {
  readonly intent: Intent
  readonly sender: Address
  readonly result: 'delivered' | 'refused' | 'priced out'
  readonly feeWei: bigint
}

/** Makes transactions of invites and books what became of them. */
export interface Post {
  transactionOf(intent: Intent): Promise<Transaction>
  /** Puts the invites into one block at `timestamp`, after other transactions, which must not fail. */
  send(timestamp: bigint, intents: readonly Intent[], before?: readonly Transaction[]): Promise<readonly Sent[]>
}

const [delivered] = encodeEventTopics({ abi: publicInboxAbi, eventName: 'InviteDelivered' }) as [Hex]

export function createPost({ chain, inbox }: Market): Post {
  let serial = 0n

  const transactionOf = async ({ payer, recipient, worth, hidden }: Intent): Promise<Transaction> => {
    serial += 1n
    // Stands for the digest of an envelope, each of which is new.
    const contentDigest = numberToHex(serial, { size: 32 })
    const request = { recipient, contentDigest, maxFee: worth, gateData: '0x' as const }
    if (hidden === undefined) return inbox.call(payer, 'invite', [request], worth)
    const authorization = await authorizeInvite(hidden, inbox.address, { recipient, contentDigest, relayer: payer })
    return inbox.call(payer, 'relay', [{ request, relayer: payer, authorization }], worth)
  }

  const book = async (intents: readonly Intent[], outcomes: readonly Outcome[]): Promise<readonly Sent[]> => {
    const failed = outcomes.filter(({ succeeded }) => !succeeded).map(({ hash }) => hash)
    const reverts = await chain.revertData(failed)
    const reasons = new Map(failed.map((hash, i) => [hash, reasonOf(reverts[i] as Hex)]))
    return intents.map((intent, i) => bookOne(intent, outcomes[i] as Outcome, reasons))
  }

  return {
    transactionOf,
    async send(timestamp, intents, before = []) {
      const transactions = [...before, ...(await Promise.all(intents.map(transactionOf)))]
      if (transactions.length === 0) return []
      const outcomes = await chain.execute(timestamp, transactions)
      const failed = outcomes.slice(0, before.length).findIndex(({ succeeded }) => !succeeded)
      if (failed !== -1)
        throw new CliError({
          code: 'ANSWER_INVALID',
          server: 'anvil',
          field: `transaction to ${before[failed]?.to}`,
          reason: 'did not succeed',
        })
      return book(intents, outcomes.slice(before.length))
    },
  }
}

/** Name of the contract's error. */
const reasonOf = (data: Hex): string => decodeErrorResult({ abi: publicInboxAbi, data }).errorName

function bookOne(intent: Intent, outcome: Outcome, reasons: ReadonlyMap<Hex, string>): Sent {
  const { account, hidden, payer, recipient } = intent
  const sender = hidden?.address ?? payer
  account.gas += outcome.gasPaid
  if (!outcome.succeeded) {
    const isPrice = reasons.get(outcome.hash) === 'PublicInbox_FeeAboveMax'
    account[isPrice ? 'pricedOut' : 'refused'] += 1
    return { intent, sender, result: isPrice ? 'priced out' : 'refused', feeWei: 0n }
  }
  const feeWei = feeOf(outcome)
  account.delivered += 1
  account.fees += feeWei
  account.eachFee.push(feeWei)
  account.recipients.add(recipient)
  return { intent, sender, result: 'delivered', feeWei }
}

function feeOf({ logs }: Outcome): bigint {
  const log = logs.find(({ topics }) => topics[0] === delivered)
  if (log === undefined)
    throw new CliError({ code: 'ANSWER_INVALID', server: 'anvil', field: 'logs', reason: 'report no delivery' })
  const { args } = decodeEventLog({ abi: publicInboxAbi, eventName: 'InviteDelivered', ...log })
  return args.quote.fee
}
