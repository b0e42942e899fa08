import { CodedError, type FaultTable, type HistoryGap } from '@parley/protocol/light'
import type { Address, Hash, Hex } from 'viem'
import { type ContractFault, contractFaultMeanings } from './l2/contract-faults.ts'

/** A coded fault as a sequencer or node answered it; further fields are the fault's data in JSON form. */
export interface RemoteFault {
  readonly code: string
  readonly message: string
  readonly [field: string]: unknown
}

/** Everything that can go wrong between an application and the servers and the chain it uses. */
export type ClientFault =
  | ContractFault
  | { code: 'SERVER_UNREACHABLE'; url: string; reason: string }
  | { code: 'SERVER_BUSY'; url: string; attempts: number; retryAfterMs: number }
  | { code: 'REQUEST_TIMEOUT'; url: string; timeoutMs: number }
  | { code: 'REQUEST_REFUSED'; url: string; status: number; fault: RemoteFault }
  | { code: 'OUTCOME_UNKNOWN'; url: string; reason: string }
  | { code: 'ANSWER_INVALID'; url: string; reason: string }
  | { code: 'ANSWER_TOO_LARGE'; url: string; maxBytes: number }
  | {
      code: 'ARGUMENT_OUT_OF_RANGE'
      field: string
      value: bigint | number
      minimum: bigint | number
      maximum: bigint | number
    }
  | { code: 'ARGUMENT_INVALID'; field: string; reason: string }
  | { code: 'STREAM_CLOSED'; url: string }
  | { code: 'FEED_REFUSED'; url: string; status: number; reason: string }
  | { code: 'BLOCK_FORGOTTEN'; url: string; from: bigint; reason: string }
  | { code: 'LINEAGE_ENDED'; url: string; from: bigint; reason: string }
  | { code: 'FEED_GAP'; expected: bigint; received: bigint }
  | { code: 'ACCEPTED_REPLACED'; position: bigint; block: bigint }
  | { code: 'HEADER_UNSIGNED'; block: bigint; sequencer: Uint8Array }
  | { code: 'HEADER_UNLINKED'; block: bigint; expected: Uint8Array; received: Uint8Array }
  | { code: 'HEADER_MISMATCH'; block: bigint; expected: Uint8Array; received: Uint8Array }
  | { code: 'STATE_ROOT_MISMATCH'; expected: Uint8Array; received: Uint8Array }
  | { code: 'PROOF_INVALID'; of: string; shard: number; index: number; stateRoot: Uint8Array }
  | { code: 'PLACES_MISMATCH'; expected: number; received: number }
  | { code: 'PROOF_UNCLAIMED'; block: bigint }
  | { code: 'L2_MISSING' }
  | { code: 'CLAIM_MISMATCH'; claim: bigint; expected: Uint8Array; received: Uint8Array }
  | { code: 'CLAIM_REPLACED'; claim: bigint; stateRoot: Uint8Array }
  | { code: 'HISTORY_INCOMPLETE'; shard: number; index: number; gap: HistoryGap }
  | { code: 'ENTRY_UNSIGNED'; shard: number; index: number; entry: number; block: bigint; finalBlock: bigint }
  | { code: 'ENTRY_FORGED'; shard: number; index: number; entry: number }
  | { code: 'ACCOUNT_MISSING' }
  | { code: 'L2_UNAVAILABLE'; reason: string }
  /** Wei: what the account has, and needs at least. */
  | { code: 'FUNDS_MISSING'; account: Address; balance: bigint; least: bigint }
  | { code: 'TRANSACTION_REVERTED'; hash: Hash; gasUsed: bigint }
  | { code: 'INVITE_EVENT_INVALID'; recipient: Address; reason: string }
  | { code: 'TOKEN_INVALID'; reason: string }
  | { code: 'PROMISE_INVALID'; gateway: string; reason: string }
  | {
      code: 'PROMISE_BROKEN'
      gateway: string
      hash: Hash
      requestDigest: Hex
      includeBy: bigint
      key: Address
      signature: Hex
      time: bigint
    }
  | { code: 'GATEWAYS_FAILED'; gateways: readonly string[] }
  | { code: 'INVITES_OMITTED'; recipient: Address; expected: bigint; received: bigint; head: Hex }

export const clientFaults: FaultTable<ClientFault> = {
  SERVER_UNREACHABLE: { blame: 'layer', retry: 'later', text: 'the server cannot be reached' },
  SERVER_BUSY: { blame: 'layer', retry: 'later', text: 'the server asks to come back later; nothing was taken' },
  REQUEST_TIMEOUT: { blame: 'layer', retry: 'later', text: 'the server did not answer in time' },
  REQUEST_REFUSED: { blame: 'sender', retry: 'changed', text: 'the server refused the request' },
  OUTCOME_UNKNOWN: {
    blame: 'layer',
    retry: 'changed',
    text: 'sent, but not answered: ask for the state before sending again',
  },
  ANSWER_INVALID: { blame: 'layer', retry: 'later', text: 'the server’s answer is not what it should be' },
  ANSWER_TOO_LARGE: { blame: 'layer', retry: 'later', text: 'the server’s answer is larger than allowed' },
  ARGUMENT_OUT_OF_RANGE: { blame: 'sender', retry: 'changed', text: 'an argument is outside its bounds' },
  ARGUMENT_INVALID: { blame: 'sender', retry: 'changed', text: 'an argument is not of the stated form' },
  STREAM_CLOSED: { blame: 'sender', retry: 'changed', text: 'the stream was closed' },
  FEED_REFUSED: { blame: 'sender', retry: 'changed', text: 'the server refused the feed' },
  LINEAGE_ENDED: {
    blame: 'layer',
    retry: 'later',
    text: 'claims were removed: blocks and entries above the last one left standing are replaced, read again from there',
  },
  BLOCK_FORGOTTEN: { blame: 'operator', retry: 'never', text: 'the server no longer has that far back: ask a node' },
  ACCEPTED_REPLACED: {
    blame: 'layer',
    retry: 'never',
    text: 'an entry that was given as accepted is another one, or not there, now that its block is sealed',
  },
  FEED_GAP: { blame: 'layer', retry: 'later', text: 'the feed is not in order or has a gap' },
  HEADER_UNSIGNED: { blame: 'layer', retry: 'later', text: 'a header is not signed by the sequencer' },
  HEADER_UNLINKED: { blame: 'layer', retry: 'later', text: 'a header does not follow the one before it' },
  HEADER_MISMATCH: { blame: 'layer', retry: 'later', text: 'a header does not commit to the runs it came with' },
  STATE_ROOT_MISMATCH: { blame: 'layer', retry: 'later', text: 'the answer is of another state than asked for' },
  PROOF_INVALID: { blame: 'layer', retry: 'later', text: 'the answer’s proof does not lead to the state root' },
  PLACES_MISMATCH: {
    blame: 'layer',
    retry: 'later',
    text: 'the answer is not of exactly the conversations asked for',
  },
  PROOF_UNCLAIMED: {
    blame: 'sender',
    retry: 'changed',
    text: 'the L2 has no claim that ends with this state: read it again',
  },
  L2_MISSING: { blame: 'sender', retry: 'changed', text: 'only the L2 can say this, and the client was given none' },
  CLAIM_MISMATCH: { blame: 'layer', retry: 'later', text: 'the claim does not have the hash that the server says' },
  CLAIM_REPLACED: { blame: 'layer', retry: 'changed', text: 'the claim of the proven state no longer stands' },
  HISTORY_INCOMPLETE: {
    blame: 'layer',
    retry: 'later',
    text: 'the entries are not the whole record of the conversation',
  },
  ENTRY_UNSIGNED: { blame: 'layer', retry: 'later', text: 'an entry that is not final comes without its signatures' },
  ENTRY_FORGED: { blame: 'layer', retry: 'never', text: 'an entry is not signed by the member it names' },
  ACCOUNT_MISSING: { blame: 'sender', retry: 'changed', text: 'neither the client nor the call names an account' },
  L2_UNAVAILABLE: { blame: 'layer', retry: 'later', text: 'the L2 does not answer' },
  FUNDS_MISSING: {
    blame: 'sender',
    retry: 'changed',
    text: 'the account has not enough ether on the L2 to pay for the transaction: send it some',
  },
  TRANSACTION_REVERTED: {
    blame: 'sender',
    retry: 'changed',
    text: 'the transaction was included and failed: the state changed after it was sent',
  },
  INVITE_EVENT_INVALID: {
    blame: 'layer',
    retry: 'later',
    text: 'the L2 reported an invite that cannot have been delivered',
  },
  TOKEN_INVALID: { blame: 'layer', retry: 'changed', text: 'a gateway’s answer makes no token: ask another' },
  PROMISE_INVALID: {
    blame: 'layer',
    retry: 'changed',
    text: 'what a gateway promised is no promise of this request: ask another',
  },
  PROMISE_BROKEN: {
    blame: 'layer',
    retry: 'changed',
    text: 'a gateway did not do in time what it promised; its signature is the evidence',
  },
  GATEWAYS_FAILED: { blame: 'layer', retry: 'later', text: 'no gateway did what it was asked' },
  INVITES_OMITTED: {
    blame: 'layer',
    retry: 'later',
    text: 'the invites reported are not all that the public inbox counts',
  },
  ...contractFaultMeanings,
}

export class ClientError extends CodedError<ClientFault> {
  constructor(fault: ClientFault, options?: ErrorOptions) {
    super(fault, clientFaults, options)
  }
}
