import { ClientError, type L2Client } from '@parley/client'
import { BaseError } from 'viem'
import { getBlock } from 'viem/actions'
import { GatewayError } from '../faults.ts'

const retryAfterMs = 1_000

/** Seconds of the L2's latest block. @throws {GatewayError} `L2_AWAY`. */
export async function l2Time(client: L2Client): Promise<bigint> {
  try {
    return (await getBlock(client, { blockTag: 'latest' })).timestamp
  } catch (error) {
    if (!(error instanceof BaseError)) throw error
    throw new GatewayError({ code: 'L2_AWAY', reason: error.shortMessage, retryAfterMs }, { cause: error })
  }
}

export function callRefused(by: string, error: Error): GatewayError {
  return new GatewayError({ code: 'CALL_REFUSED', by, reason: error.message.slice(0, 500) }, { cause: error })
}

/** What the gateway answers when a call to a contract fails before it is sent. */
export function callFault(error: unknown, contract: string): unknown {
  if (!(error instanceof ClientError)) return error
  if (error.fault.code === 'L2_UNAVAILABLE')
    return new GatewayError({ code: 'L2_AWAY', reason: error.message, retryAfterMs }, { cause: error })
  return callRefused(contract, error)
}
