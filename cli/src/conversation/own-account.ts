import { localOwner, type OwnerSigner } from '@parley/client'
import { type Account, type Bytes20, sameBytes } from '@parley/protocol'
import { getAddress, toHex } from 'viem'
import { type Config, needed } from '../config/config.ts'
import { CliError } from '../faults.ts'

/**
 * An account that PARLEY_L2_KEY owns, and who signs for it.
 * @throws {CliError} `ACCOUNT_UNKNOWN` when there is none, `ACCOUNT_NOT_YOURS`.
 */
export function ownAccount(
  config: Config,
  place: string,
  account: Account | undefined,
): { readonly account: Account; readonly owner: OwnerSigner } {
  if (account === undefined) throw new CliError({ code: 'ACCOUNT_UNKNOWN', place })
  const owner = localOwner(needed(config, 'l2.key').reveal())
  if (sameBytes(owner.address, account.owner)) return { account, owner }
  throw new CliError({ code: 'ACCOUNT_NOT_YOURS', place, owner: named(account.owner), yours: named(owner.address) })
}

const named = (owner: Bytes20): string => getAddress(toHex(owner))
