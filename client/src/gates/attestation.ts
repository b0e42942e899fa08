import { attestationGateAbi } from '@parley/contracts'
import { type Account, type Address, encodeAbiParameters, type Hash, type Hex } from 'viem'
import { getChainId, signTypedData } from 'viem/actions'
import { accountOf, addressOf, type L2Client, type WriteParameters } from '../l2/client.ts'
import { demandAddress } from '../l2/demand.ts'
import { noAnswer } from '../l2/failures.ts'
import { write } from '../l2/write.ts'
import { attestationTypes } from './attestation-types.ts'
import type { GateParameters } from './parameters.ts'

export interface AttestParameters extends GateParameters {
  /** Whom the attester vouches for. */
  readonly subject: Address
  /** Seconds since 1970 from which on it counts. */
  readonly issuedAt: bigint
  /** Seconds since 1970 at which it ceases to count. */
  readonly expiresAt: bigint
  /** The attester; the client's account when left out. */
  readonly account?: Account | Address
}

export type AttestReturnType = Hex

/** Vouches for a sender. @returns what the sender sends along as `gateData`. @throws {ClientError}. */
export async function attest(client: L2Client, parameters: AttestParameters): Promise<AttestReturnType> {
  const { gate, subject, issuedAt, expiresAt } = parameters
  demandAddress('subject', subject)
  const account = accountOf(client, parameters.account)
  try {
    const chainId = client.chain?.id ?? (await getChainId(client))
    const signature = await signTypedData(client, {
      account,
      domain: { name: 'Parley AttestationGate', version: '1', chainId, verifyingContract: gate },
      types: attestationTypes,
      primaryType: 'Attestation',
      message: { subject, issuedAt, expiresAt },
    })
    const types = [{ type: 'address' }, { type: 'uint64' }, { type: 'uint64' }, { type: 'bytes' }] as const
    return encodeAbiParameters(types, [addressOf(account), issuedAt, expiresAt, signature])
  } catch (error) {
    throw noAnswer(error)
  }
}

export interface SetAttesterParameters extends GateParameters, WriteParameters {
  readonly attester: Address
  readonly trusted: boolean
}

/** Begins or ceases to trust an attester for the sender's inbox. @throws {ClientError} what every writing action throws. */
export async function setAttester(client: L2Client, parameters: SetAttesterParameters): Promise<Hash> {
  const { gate, attester, trusted } = parameters
  demandAddress('attester', attester)
  const args = [attester, trusted] as const
  return write(client, { address: gate, abi: attestationGateAbi, functionName: 'setAttester', args }, parameters)
}
