import type { Account, Address, Hex, TypedData } from 'viem'
import { getChainId, signTypedData } from 'viem/actions'
import type { L2Client } from './client.ts'
import { noAnswer } from './failures.ts'

/** Something to sign for a contract by EIP-712; the chain is the client's. */
export interface Typed {
  /** The domain's name, such as `Parley PublicInbox`. */
  readonly name: string
  readonly contract: Address
  readonly types: TypedData
  readonly primaryType: string
  readonly message: object
}

const version = '1'

/** Signs by EIP-712 as the account does: with its key, its wallet, or as a smart account. @throws {ClientError} `L2_UNAVAILABLE`. */
export async function signTyped(client: L2Client, account: Account | Address, typed: Typed): Promise<Hex> {
  const { name, contract, types, primaryType, message } = typed
  try {
    const chainId = await chainIdOf(client)
    const domain = { name, version, chainId, verifyingContract: contract }
    // Which message belongs to which type is seen to where they are put together, not by the types of viem.
    return await signTypedData(client, { account, domain, types, primaryType, message } as never)
  } catch (error) {
    throw noAnswer(error)
  }
}

/** The client's chain, or what the node says when the client was made without one. */
export async function chainIdOf(client: L2Client): Promise<number> {
  return client.chain?.id ?? (await getChainId(client))
}
