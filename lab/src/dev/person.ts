import type { L2Client } from '@parley/client'
import { type Address, createClient, http, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

/** Somebody with money on the L2. */
export interface Person {
  readonly address: Address
  readonly client: L2Client
}

const pollMs = 100

export function personOf(url: string, secret: Uint8Array): Person {
  const account = privateKeyToAccount(toHex(secret))
  const client = createClient({ account, transport: http(url), pollingInterval: pollMs, cacheTime: 0 })
  return { address: account.address, client }
}
