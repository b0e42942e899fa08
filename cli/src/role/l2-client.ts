import type { L2Client } from '@parley/client'
import { createClient, http, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { needed } from '../config/config.ts'
import type { Context } from '../process/context.ts'

const requestTimeoutMs = 10_000

/** A client of the L2 for actions; with the account of PARLEY_L2_KEY when there is one. */
export function openL2Client({ config }: Pick<Context, 'config'>): L2Client {
  const transport = http(needed(config, 'l2.url'), { timeout: requestTimeoutMs })
  const secret = config.l2.key?.reveal()
  const account = secret === undefined ? undefined : privateKeyToAccount(toHex(secret))
  return createClient({ transport, pollingInterval: config.l2.pollMs, cacheTime: 0, ...(account && { account }) })
}
