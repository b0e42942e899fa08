import { contractErrors } from '@parley/contracts'
import { revertData, rpcReason } from '@parley/http'
import { type Abi, type Address, BaseError, decodeErrorResult, type Hex } from 'viem'
import { ClientError, type ClientFault } from '../faults.ts'
import { contractErrorCodes } from './contract-faults.ts'

/** What a contract refuses with may come from another that it calls. */
const knownErrors: Abi = contractErrors

/** Where a failed call went. */
export interface Called {
  readonly address: Address
}

/**
 * Makes the package's fault of what went wrong in a call: the contract's own error with its arguments, or that the L2 gave
 * no answer. What is no error of viem's is a defect and stays as it is.
 */
export function failureOf(error: unknown, called: Called): unknown {
  if (!(error instanceof BaseError)) return error
  const data = revertData(error)
  if (data !== undefined) return new ClientError(refusalOf(data, called), { cause: error })
  const unknown = error.walk((inner) => (inner as Error).name === 'ContractFunctionZeroDataError')
  if (unknown !== null)
    return new ClientError(
      { code: 'CONTRACT_UNKNOWN', contract: called.address, reason: 'there is no contract at this address' },
      { cause: error },
    )
  return noAnswer(error)
}

/** Makes the package's fault of what went wrong in a request that calls no contract. */
export function noAnswer(error: unknown): unknown {
  if (!(error instanceof BaseError)) return error
  return new ClientError({ code: 'L2_UNAVAILABLE', reason: rpcReason(error) }, { cause: error })
}

/** The fault of revert data: an error of the contract called, or of one that it calls. */
export function refusalOf(data: Hex, { address }: Called): ClientFault {
  if (data === '0x') return { code: 'CONTRACT_UNKNOWN', contract: address, reason: 'it reverted without data' }
  const decoded = decode(data)
  if (decoded === undefined) return { code: 'CONTRACT_UNKNOWN', contract: address, reason: `it reverted with ${data}` }
  const { name, args } = decoded
  const code = contractErrorCodes[name]
  if (code === undefined) return { code: 'CONTRACT_REFUSED', contract: address, error: name, args }
  // The names of the error's arguments are those of the fault's fields; a test holds them against the ABI.
  return { code, ...args } as unknown as ClientFault
}

function decode(data: Hex): { name: string; args: Record<string, unknown> } | undefined {
  try {
    const { errorName, args, abiItem } = decodeErrorResult({ abi: knownErrors, data })
    const names = (abiItem as Extract<Abi[number], { type: 'error' }>).inputs.map(({ name }, i) => name ?? String(i))
    return { name: errorName, args: Object.fromEntries(names.map((name, i) => [name, args?.[i]])) }
  } catch (error) {
    // Not an error of our contracts: the caller tells the raw data.
    if (error instanceof BaseError) return undefined
    throw error
  }
}
