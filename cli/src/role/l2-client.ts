import type { L2Client } from '@parley/client'
import { createClient, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { Context } from '../process/context.ts'
import { l2TransportOf } from './l2.ts'

const readRetries = 2

/** A client of the L2 for actions; with the account of PARLEY_L2_KEY when there is one. */
export function openL2Client({ config, signal }: Pick<Context, 'config' | 'signal'>): L2Client {
  const transport = l2TransportOf({ config, signal }, readRetries)
  const secret = config.l2.key?.reveal()
  const account = secret === undefined ? undefined : privateKeyToAccount(toHex(secret))
  return createClient({ transport, pollingInterval: config.l2.pollMs, cacheTime: 0, ...(account && { account }) })
}
