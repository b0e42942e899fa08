import type { Address, Hex } from 'viem'
import type { HDAccount, PrivateKeyAccount } from 'viem/accounts'
import { chainId } from './simulated-chain.ts'

/** Whoever signs without asking the chain anything: thousands of signatures of a run wait for nobody. */
export type Signer = HDAccount | PrivateKeyAccount

/** Last second of a signature that never ends. */
export const forever = 2n ** 64n

const inviteTypes = {
  Invite: [
    { name: 'sender', type: 'address' },
    { name: 'recipient', type: 'address' },
    { name: 'contentDigest', type: 'bytes32' },
    { name: 'relayer', type: 'address' },
    { name: 'deadline', type: 'uint256' },
  ],
} as const

export interface InviteToSign {
  readonly recipient: Address
  readonly contentDigest: Hex
  readonly relayer: Address
}

/** Lets somebody relay an invite of the signer's. */
export async function authorizeInvite(signer: Signer, inbox: Address, invite: InviteToSign) {
  const signature = await signer.signTypedData({
    domain: { name: 'Parley PublicInbox', version: '1', chainId, verifyingContract: inbox },
    types: inviteTypes,
    primaryType: 'Invite',
    message: { sender: signer.address, ...invite, deadline: forever },
  })
  return { signer: signer.address, deadline: forever, signature }
}

const attestationTypes = {
  Attestation: [
    { name: 'attester', type: 'address' },
    { name: 'subject', type: 'address' },
    { name: 'issuedAt', type: 'uint64' },
    { name: 'expiresAt', type: 'uint64' },
  ],
} as const

export interface Attestation {
  readonly subject: Address
  /** Seconds since 1970. */
  readonly issuedAt: bigint
  readonly expiresAt: bigint
}

/** Vouches for somebody, to the network or to those who believe in a gate's attesters. */
export function signAttestation(
  attester: Signer,
  verifyingContract: Address,
  attestation: Attestation,
  name: 'Parley Reputation' | 'Parley AttestationGate' = 'Parley Reputation',
): Promise<Hex> {
  return attester.signTypedData({
    domain: { name, version: '1', chainId, verifyingContract },
    types: attestationTypes,
    primaryType: 'Attestation',
    message: { attester: attester.address, ...attestation },
  })
}

const registerTypes = {
  Register: [
    { name: 'signer', type: 'address' },
    { name: 'changes', type: 'AttributeChange[]' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
  AttributeChange: [
    { name: 'name', type: 'bytes32' },
    { name: 'value', type: 'bytes' },
    { name: 'validity', type: 'uint64' },
  ],
} as const

/** Lets somebody register the signer, who signed nothing before, without attributes. */
export async function authorizeRegistration(signer: Signer, directory: Address) {
  const signature = await signer.signTypedData({
    domain: { name: 'Parley ContactDirectory', version: '1', chainId, verifyingContract: directory },
    types: registerTypes,
    primaryType: 'Register',
    message: { signer: signer.address, changes: [], nonce: 0n, deadline: forever },
  })
  return { signer: signer.address, deadline: forever, signature }
}
