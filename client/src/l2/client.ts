import type { Account, Address, Chain, Client, Hash, Hex, Transport } from 'viem'
import { ClientError } from '../faults.ts'

/** Any viem client of the L2; what it is made of is the application's affair. */
export type L2Client = Client<Transport, Chain | undefined, Account | undefined>

/** What every action that sends a transaction takes. */
export interface WriteParameters {
  /** Who sends; the client's own account when left out. An address is one that the client's wallet holds. */
  readonly account?: Account | Address
  /** Nonce of the transaction; the chain's next when left out. */
  readonly nonce?: number
  /** Sends in place of the client's wallet; what it is given the contract would take in the state of the latest block. */
  readonly send?: (call: SentCall) => Promise<Hash>
}

/** A call of a contract that is ready to be sent. */
export interface SentCall {
  readonly to: Address
  readonly data: Hex
  /** Wei. */
  readonly value: bigint
  /** What was estimated, and a fifth more. */
  readonly gas: bigint
}

/** Who acts. @throws {ClientError} `ACCOUNT_MISSING`. */
export function accountOf(client: L2Client, account: Account | Address | undefined): Account | Address {
  const found = account ?? client.account
  if (found === undefined) throw new ClientError({ code: 'ACCOUNT_MISSING' })
  return found
}

export function addressOf(account: Account | Address): Address {
  return typeof account === 'string' ? account : account.address
}
