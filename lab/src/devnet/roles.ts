import { mnemonicToAccount } from 'viem/accounts'
import { LabError } from '../faults.ts'

/** The phrase every development tool knows: worth nothing anywhere else. */
export const devMnemonic = 'test test test test test test test test test test test junk'

/** An account of the development chains; the same on both. */
export interface DevAccount {
  /** Place under the derivation path m/44'/60'/0'/0/. */
  readonly index: number
  readonly address: `0x${string}`
  /** 32 bytes. */
  readonly secret: Uint8Array
}

/** Who holds which account. Each sends by itself only: two senders of one account would fight over its nonces. */
export interface DevRoles {
  /** Deploys the contracts and owns them. */
  readonly deployer: DevAccount
  /** Signs headers; sends nothing. */
  readonly sequencer: DevAccount
  /** Publishes on the L1 and claims on the L2. */
  readonly batcher: DevAccount
  /** Pushes price items. */
  readonly pricePusher: DevAccount
  /** Pays the deposits that open accounts. */
  readonly funder: DevAccount
  /** Whose bond answers for the sequencer's key. */
  readonly bondOwner: DevAccount
  /** A verifier that answers and challenges. */
  readonly verifier: DevAccount
  /** Each pays for what a gateway sends. */
  readonly gateways: readonly DevAccount[]
  /** People. */
  readonly users: readonly DevAccount[]
}

const firstUser = 10

/** Accounts a chain must fund for `users` people. */
export const fundedAccounts = (users: number): number => firstUser + users

/**
 * Derives the accounts of a development chain.
 * @param users - 0 to 1,000.
 * @throws {LabError} `OPTION_INVALID`.
 */
export function deriveRoles(mnemonic: string, users: number): DevRoles {
  if (!Number.isInteger(users) || users < 0 || users > 1000)
    throw new LabError({ code: 'OPTION_INVALID', field: 'users', reason: `${users} is not 0 to 1000` })
  const account = (index: number): DevAccount => {
    const derived = mnemonicToAccount(mnemonic, { addressIndex: index })
    const secret = derived.getHdKey().privateKey
    if (secret === null) throw new LabError({ code: 'OPTION_INVALID', field: 'mnemonic', reason: 'derives no key' })
    return { index, address: derived.address, secret }
  }
  return {
    deployer: account(0),
    sequencer: account(1),
    batcher: account(2),
    pricePusher: account(3),
    funder: account(4),
    verifier: account(5),
    bondOwner: account(6),
    gateways: [account(7), account(8)],
    users: Array.from({ length: users }, (_, i) => account(firstUser + i)),
  }
}
