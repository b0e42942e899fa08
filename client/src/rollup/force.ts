import { inboxAbi } from '@parley/contracts'
import { OperationKind, type SignedMessage, type SignedOperation } from '@parley/protocol/light'
import { type Address, bytesToHex, type Hash } from 'viem'
import { ClientError } from '../faults.ts'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { write } from '../l2/write.ts'

export interface ForceParameters extends WriteParameters {
  /** The Inbox contract of the rollup, as `getDeployment` gives it. */
  readonly inboxAddress: Address
}

export interface ForceWithdrawParameters extends ForceParameters {
  /** As `buildWithdraw` gives it. */
  readonly operation: SignedOperation
}

export interface ForceMessageParameters extends ForceParameters {
  /** As `signMessage` gives it: its nonce is the member's next one when the item is taken. */
  readonly message: SignedMessage
}

/**
 * Puts a withdrawal into the L2's queue, which the sequencer must take in time; anybody may send it for the owner. It is
 * free on the L3.
 * @throws {ClientError} what the contract refuses with, `ACCOUNT_MISSING`, `ARGUMENT_INVALID`.
 */
export async function forceWithdraw(client: L2Client, parameters: ForceWithdrawParameters): Promise<Hash> {
  const { inboxAddress: address, operation: signed } = parameters
  const { operation, signatures } = signed
  if (operation.selector !== OperationKind.withdraw)
    throw new ClientError({ code: 'ARGUMENT_INVALID', field: 'operation', reason: 'is no withdrawal' })
  const args = [operation.value, signatures.map(halves)] as const
  return write(client, { address, abi: inboxAbi, functionName: 'forceWithdraw', args }, parameters)
}

/**
 * Puts a message into the L2's queue, which the sequencer must take in time; anybody may send it for the member. It is
 * free on the L3, and skipped there when its signature or nonce does not fit.
 * @throws {ClientError} what the contract refuses with, `ACCOUNT_MISSING`.
 */
export async function forceMessage(client: L2Client, parameters: ForceMessageParameters): Promise<Hash> {
  const { inboxAddress: address, message: signed } = parameters
  const { shard, conversation, member, content, signature } = signed
  const args = [shard, { conversation, member, content: bytesToHex(content) }, halves(signature)] as const
  return write(client, { address, abi: inboxAbi, functionName: 'forceMessage', args }, parameters)
}

/** 64 bytes, as the contract takes them. */
const halves = (signature: Uint8Array) => ({
  r: bytesToHex(signature.subarray(0, 32)),
  s: bytesToHex(signature.subarray(32, 64)),
})
