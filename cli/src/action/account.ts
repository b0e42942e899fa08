import type { L2Client } from '@parley/client'
import type { Address } from 'viem'
import { CliError } from '../faults.ts'

/** Address of PARLEY_L2_KEY, where `flag` names none. @throws {CliError} `ARGUMENT_INVALID` when there is no key either. */
export function accountOf(client: L2Client, flag: `--${string}`): Address {
  if (client.account !== undefined) return client.account.address
  throw new CliError({ code: 'ARGUMENT_INVALID', argument: flag, reason: 'is needed without PARLEY_L2_KEY' })
}
