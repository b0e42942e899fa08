import type { L2Client } from '@parley/client'
import { type Address, bytesToHex, createClient, custom, type EIP1193Provider, getAddress, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { PageError } from '../faults.ts'
import type { Places } from '../places/places.ts'
import type { KeptWallet } from './own-data.ts'

declare global {
  interface Window {
    readonly ethereum?: EIP1193Provider
  }
}

const pollingInterval = 1_000
const secretPattern = /^0x[0-9a-f]{64}$/

/** Whether the browser has a wallet that it offers to pages. */
export const hasInjected = (): boolean => window.ethereum !== undefined

/** A key made here. */
export function newWallet(): KeptWallet {
  return { kind: 'own', secret: bytesToHex(crypto.getRandomValues(new Uint8Array(32))) }
}

/** The key of an account that was made elsewhere. @throws {PageError} `WALLET_UNUSABLE`. */
export function walletOf(text: string): KeptWallet {
  const trimmed = text.trim().toLowerCase()
  const secret = trimmed.startsWith('0x') ? trimmed : `0x${trimmed}`
  if (!secretPattern.test(secret)) throw unusable('a recovery key is 0x and 64 hexadecimal digits')
  try {
    privateKeyToAccount(secret as `0x${string}`)
  } catch (cause) {
    throw unusable('it is outside the curve', cause)
  }
  return { kind: 'own', secret: secret as `0x${string}` }
}

/** Asks the browser's wallet for an account. @throws {PageError} `WALLET_UNUSABLE`, `WALLET_ON_ANOTHER_CHAIN`. */
export async function injectedWallet({ chainId }: Places): Promise<KeptWallet> {
  const provider = window.ethereum
  if (provider === undefined) throw unusable('the browser has none')
  let accounts: readonly Address[]
  try {
    accounts = await provider.request({ method: 'eth_requestAccounts' })
  } catch (cause) {
    throw unusable('it gave no account', cause)
  }
  const [address] = accounts
  if (address === undefined) throw unusable('it gave no account')
  const received = Number(await provider.request({ method: 'eth_chainId' }))
  if (received !== chainId) throw new PageError({ code: 'WALLET_ON_ANOTHER_CHAIN', expected: chainId, received })
  return { kind: 'injected', address: getAddress(address) }
}

/** A client of the L2 with the wallet's account. @throws {PageError} `WALLET_UNUSABLE`. */
export function clientOf(wallet: KeptWallet, { l2Url }: Places): L2Client {
  if (wallet.kind === 'own')
    return createClient({ account: privateKeyToAccount(wallet.secret), transport: http(l2Url), pollingInterval })
  if (window.ethereum === undefined) throw unusable('the browser has none any more')
  // Reads go to the configured L2, whatever the wallet would ask; only signatures are the wallet's.
  const [reading, signing] = [http(l2Url), custom(window.ethereum)]
  const transport: typeof reading = (parameters) => {
    const [reads, signs] = [reading(parameters), signing(parameters)]
    return {
      ...reads,
      request: (call) => (isOfWallet(call.method) ? signs.request(call) : reads.request(call)) as never,
    }
  }
  return createClient({ account: wallet.address, transport, pollingInterval })
}

const isOfWallet = (method: string): boolean =>
  /^(wallet_|personal_|eth_sign|eth_sendTransaction|eth_accounts)/.test(method)

const unusable = (reason: string, cause?: unknown): PageError =>
  new PageError({ code: 'WALLET_UNUSABLE', reason }, { cause })
