import { attestationGateAbi } from '@parley/contracts'
import { type Account, type Address, encodeAbiParameters, type Hash, type Hex } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import { accountOf, addressOf, type L2Client, type WriteParameters } from '../l2/client.ts'
import { write } from '../l2/write.ts'
import type { GateParameters } from './parameters.ts'
import { type AttestedTerm, signAttestation } from './sign-attestation.ts'

export interface AttestParameters extends GateParameters, AttestedTerm {
  /** The attester; the client's account when left out. */
  readonly account?: Account | Address
}

export type AttestReturnType = Hex

/** Vouches for a sender. @returns what the sender sends along as `gateData`. @throws {ClientError}. */
export async function attest(client: L2Client, parameters: AttestParameters): Promise<AttestReturnType> {
  const { gate, subject, issuedAt, expiresAt } = parameters
  const account = accountOf(client, parameters.account)
  const contract = { name: 'Parley AttestationGate', contract: gate }
  const signature = await signAttestation(client, account, contract, { subject, issuedAt, expiresAt })
  const types = [{ type: 'address' }, { type: 'uint64' }, { type: 'uint64' }, { type: 'bytes' }] as const
  return encodeAbiParameters(types, [addressOf(account), issuedAt, expiresAt, signature])
}

export interface SetAttesterParameters extends GateParameters, WriteParameters {
  readonly attester: Address
  readonly trusted: boolean
}

/** Begins or ceases to trust an attester for the sender's inbox. @throws {ClientError} what every writing action throws. */
export async function setAttester(client: L2Client, parameters: SetAttesterParameters): Promise<Hash> {
  const { gate, attester, trusted } = parameters
  assertAddress('attester', attester)
  const args = [attester, trusted] as const
  return write(client, { address: gate, abi: attestationGateAbi, functionName: 'setAttester', args }, parameters)
}
