import type { FaultMeaning } from '@parley/protocol/light'
import type { Address, Hex } from 'viem'

/** What the contracts refuse with; fields are the arguments of the contract's error. */
export type ContractFault =
  | { code: 'REGISTRATION_FEE_WRONG'; value: bigint; fee: bigint }
  | { code: 'IDENTITY_REGISTERED'; identity: Address }
  | { code: 'IDENTITY_UNREGISTERED'; identity: Address }
  | { code: 'IDENTITY_DEACTIVATED'; identity: Address }
  | { code: 'IDENTITY_NOT_YOURS'; identity: Address; actor: Address }
  | { code: 'BUNDLE_FULL'; identity: Address; max: bigint }
  | { code: 'BUNDLE_LACKS'; identity: Address; name: Hex }
  | { code: 'SIGNATURE_EXPIRED'; deadline: bigint }
  | { code: 'SIGNATURE_REFUSED'; signer: Address }
  | { code: 'INVITE_DELIVERED'; recipient: Address; contentDigest: Hex; sequence: bigint }
  | { code: 'INVITE_BLOCKED'; recipient: Address; account: Address }
  | { code: 'INVITE_REFUSED'; recipient: Address; gate: Address }
  | { code: 'INVITE_FEE_ABOVE_MAX'; fee: bigint; maxFee: bigint }
  | { code: 'INVITE_UNPAID'; available: bigint; fee: bigint }
  | { code: 'INVITE_NOT_RELAYER'; caller: Address; relayer: Address }
  | { code: 'GATE_INVALID'; gate: Address }
  | { code: 'CONTRACT_REFUSED'; contract: Address; error: string; args: Readonly<Record<string, unknown>> }
  | { code: 'CONTRACT_UNKNOWN'; contract: Address; reason: string }

type NamedCode = Exclude<ContractFault['code'], 'CONTRACT_REFUSED' | 'CONTRACT_UNKNOWN'>

/** Codes of the contracts' errors that an application acts on; all others are `CONTRACT_REFUSED` with their name. */
export const contractErrorCodes: Readonly<Record<string, NamedCode>> = {
  ContactDirectory_WrongFee: 'REGISTRATION_FEE_WRONG',
  ContactDirectory_AlreadyRegistered: 'IDENTITY_REGISTERED',
  ContactDirectory_NotRegistered: 'IDENTITY_UNREGISTERED',
  ContactDirectory_Deactivated: 'IDENTITY_DEACTIVATED',
  ContactDirectory_NotAuthorized: 'IDENTITY_NOT_YOURS',
  ContactDirectory_BundleFull: 'BUNDLE_FULL',
  ContactDirectory_NotInBundle: 'BUNDLE_LACKS',
  ContactDirectory_SignatureExpired: 'SIGNATURE_EXPIRED',
  ContactDirectory_SignatureInvalid: 'SIGNATURE_REFUSED',
  PublicInbox_AlreadyDelivered: 'INVITE_DELIVERED',
  PublicInbox_Blocked: 'INVITE_BLOCKED',
  PublicInbox_Refused: 'INVITE_REFUSED',
  PublicInbox_FeeAboveMax: 'INVITE_FEE_ABOVE_MAX',
  PublicInbox_NotEnough: 'INVITE_UNPAID',
  PublicInbox_NotRelayer: 'INVITE_NOT_RELAYER',
  PublicInbox_SignatureExpired: 'SIGNATURE_EXPIRED',
  PublicInbox_SignatureInvalid: 'SIGNATURE_REFUSED',
  PublicInbox_NotAGate: 'GATE_INVALID',
}

const sender = (text: string): FaultMeaning => ({ blame: 'sender', retry: 'changed', text })
const never = (text: string): FaultMeaning => ({ blame: 'sender', retry: 'never', text })

export const contractFaultMeanings: { readonly [code in ContractFault['code']]: FaultMeaning } = {
  REGISTRATION_FEE_WRONG: sender('a registration costs exactly the fee; it may have changed meanwhile'),
  IDENTITY_REGISTERED: never('the identity is registered already'),
  IDENTITY_UNREGISTERED: sender('the identity is not registered: nothing can be written before'),
  IDENTITY_DEACTIVATED: never('the identity was deactivated for ever'),
  IDENTITY_NOT_YOURS: sender('neither owner nor, for attributes, delegate of type parley/write'),
  BUNDLE_FULL: sender('the bundle has as many entries as it may: revoke or prune some'),
  BUNDLE_LACKS: sender('what is to be revoked is not in the bundle'),
  SIGNATURE_EXPIRED: sender('the signature counted until its deadline only'),
  SIGNATURE_REFUSED: sender('the signer did not sign this for this chain, contract and nonce'),
  INVITE_DELIVERED: never('this envelope was delivered to this recipient before'),
  INVITE_BLOCKED: never('the recipient blocks the sender or the payer'),
  INVITE_REFUSED: sender('the recipient’s gate does not admit the invite with this data'),
  INVITE_FEE_ABOVE_MAX: sender('the fee is above what the payer accepts: quote again'),
  INVITE_UNPAID: sender('value sent and credit together do not pay the fee'),
  INVITE_NOT_RELAYER: sender('the signature names another relayer'),
  GATE_INVALID: sender('no contract stands at the gate’s address'),
  CONTRACT_REFUSED: sender('the contract refused; its error says why'),
  CONTRACT_UNKNOWN: {
    blame: 'operator',
    retry: 'changed',
    text: 'what stands at the address does not answer as the contract would',
  },
}
