import { RequestError } from '@parley/api'
import { type BlockFault, type CodecFault, CodedError, type DaFault, type FaultTable } from '@parley/protocol'

/** Half of a batch. */
export type BatchPart = 'core' | 'witness'

export type NodeFault =
  /** The data of a claim is not there, or not the data claimed. Waited for: nothing is taken for absent or for valid. */
  | { code: 'DA_LAYER_UNKNOWN'; claim: bigint; part: BatchPart; layer: string; cure: string }
  | { code: 'DATA_UNAVAILABLE'; claim: bigint; part: BatchPart; source: string; fault: DaFault }
  | { code: 'DATA_UNDECODABLE'; claim: bigint; part: BatchPart; source: string; fault: CodecFault }
  | {
      code: 'DATA_MISMATCH'
      claim: bigint
      part: BatchPart
      source: string
      expected: Uint8Array
      received: Uint8Array
    }
  | { code: 'RESCUE_UNREADABLE'; claim: bigint; reason: string }
  | { code: 'RESCUE_MISMATCH'; claim: bigint; part: BatchPart; expected: Uint8Array; received: Uint8Array }
  /** The claim is wrong. */
  | {
      code: 'CLAIM_LAST_HEADER'
      claim: bigint
      field: string
      expected: bigint | Uint8Array
      received: bigint | Uint8Array
    }
  | { code: 'CLAIM_TOO_LARGE'; claim: bigint; segments: bigint; maximum: number }
  | { code: 'CLAIM_BLOCK_WRONG'; claim: bigint; fault: BlockFault }
  /** What the L2 tells does not add up. */
  | { code: 'EVENT_OUT_OF_ORDER'; kind: string; expected: bigint; received: bigint }
  | { code: 'INBOX_INCOMPLETE'; claim: bigint; expected: bigint; known: bigint }
  /** The rules of a claim are none that this version knows. */
  | { code: 'RULES_UNKNOWN'; claim: bigint; from: bigint; rules: number; known: number }
  | { code: 'GENESIS_MISMATCH'; expected: Uint8Array; received: Uint8Array }
  /** What is stored does not add up. */
  | { code: 'STORE_FOREIGN'; expected: Uint8Array; stored: Uint8Array }
  | { code: 'STORE_INVALID'; record: string; reason: string }
  /** Answers to requests. */
  | { code: 'CONVERSATION_UNKNOWN'; shard: number; conversation: number }
  | { code: 'ACCOUNT_UNKNOWN'; shard: number; account: number }
  | { code: 'BLOCK_UNKNOWN'; block: bigint; verified: bigint }
  | { code: 'PART_UNKNOWN'; root: Uint8Array }
  | { code: 'CLAIM_UNKNOWN'; claim: bigint; standing: bigint }
  | { code: 'SNAPSHOT_UNKNOWN'; final: bigint }
  | { code: 'SNAPSHOT_PART_UNKNOWN'; digest: Uint8Array }
  /** What others join by. */
  | { code: 'SNAPSHOT_TOO_LARGE'; what: string; size: number; maximum: number }
  | { code: 'SNAPSHOT_UNAVAILABLE'; source: string; reason: string }
  | { code: 'SNAPSHOT_NOT_FINAL'; source: string; claim: bigint; final: bigint }
  | { code: 'SNAPSHOT_PART_INVALID'; source: string; digest: Uint8Array; bytes: number }
  | { code: 'SNAPSHOT_SHARD_WRONG'; source: string; shard: number; reason: string }
  /** This node joined by a snapshot, and does not have what was before it. */
  | { code: 'HISTORY_UNKNOWN'; what: 'block' | 'changes' | 'entry'; asked: bigint; first: bigint }
  | { code: 'SNAPSHOT_MANIFEST_INVALID'; source: string; field: string; expected: string }
  | { code: 'HEADER_UNSIGNED'; block: bigint; key: Uint8Array }
  | { code: 'HEADERS_FULL'; source: string; bytes: number; maximum: number }
  | { code: 'READ_SIZE'; bytes: number; maximum: number }
  | { code: 'OVERLOADED'; waiting: number; maximum: number; retryAfterMs: number }
  | { code: 'OPTION_OUT_OF_RANGE'; option: string; value: number; minimum: number; maximum: number }

export const nodeFaults: FaultTable<NodeFault> = {
  DA_LAYER_UNKNOWN: { blame: 'operator', retry: 'changed', text: 'this node does not know the DA layer of a claim' },
  DATA_UNAVAILABLE: { blame: 'layer', retry: 'later', text: 'the data of a claim cannot be had now' },
  DATA_UNDECODABLE: {
    blame: 'layer',
    retry: 'later',
    text: 'what a source served is no batch, so it counts as absent',
  },
  DATA_MISMATCH: {
    blame: 'layer',
    retry: 'later',
    text: 'what a source served is not what was claimed, so it counts as absent',
  },
  RESCUE_UNREADABLE: {
    blame: 'layer',
    retry: 'later',
    text: 'what the L2 reported of a rescue is no block',
  },
  RESCUE_MISMATCH: {
    blame: 'layer',
    retry: 'later',
    text: 'what the L2 reported of a rescue is not what was claimed by it',
  },
  CLAIM_LAST_HEADER: {
    blame: 'operator',
    retry: 'never',
    text: 'the claim names another last header than its batch has',
  },
  CLAIM_TOO_LARGE: { blame: 'operator', retry: 'never', text: 'the claim adds more segments than a batch may have' },
  CLAIM_BLOCK_WRONG: { blame: 'operator', retry: 'never', text: 'the claim has a wrong block' },
  EVENT_OUT_OF_ORDER: { blame: 'layer', retry: 'later', text: 'the L2 reported an event out of order' },
  INBOX_INCOMPLETE: {
    blame: 'layer',
    retry: 'later',
    text: 'a claim consumes inbox items that the L2 has not reported',
  },
  RULES_UNKNOWN: {
    blame: 'operator',
    retry: 'changed',
    text: 'a claim is made by rules that this version does not know: install the version that does',
  },
  GENESIS_MISMATCH: {
    blame: 'operator',
    retry: 'never',
    text: 'the contracts begin at another state than this version',
  },
  STORE_FOREIGN: { blame: 'operator', retry: 'changed', text: 'the data directory belongs to another deployment' },
  STORE_INVALID: { blame: 'operator', retry: 'never', text: 'a stored record cannot be read back' },
  CONVERSATION_UNKNOWN: { blame: 'sender', retry: 'changed', text: 'the verified state has no such conversation' },
  ACCOUNT_UNKNOWN: { blame: 'sender', retry: 'changed', text: 'the verified state has no such account' },
  BLOCK_UNKNOWN: { blame: 'sender', retry: 'later', text: 'this block is not verified here' },
  CLAIM_UNKNOWN: { blame: 'sender', retry: 'later', text: 'no such claim stands on the L2' },
  PART_UNKNOWN: { blame: 'sender', retry: 'later', text: 'no part of a batch with this root is kept here' },
  SNAPSHOT_UNKNOWN: { blame: 'sender', retry: 'later', text: 'no snapshot of a final state is served yet' },
  SNAPSHOT_PART_UNKNOWN: {
    blame: 'sender',
    retry: 'changed',
    text: 'no snapshot that is served has this part: ask for the newest one',
  },
  SNAPSHOT_TOO_LARGE: { blame: 'operator', retry: 'never', text: 'the state does not fit the form of snapshots' },
  SNAPSHOT_UNAVAILABLE: { blame: 'layer', retry: 'later', text: 'what is needed of a snapshot cannot be had now' },
  SNAPSHOT_NOT_FINAL: {
    blame: 'layer',
    retry: 'later',
    text: 'the claim of a snapshot is not final, so the source is passed over',
  },
  SNAPSHOT_PART_INVALID: {
    blame: 'layer',
    retry: 'later',
    text: 'what a source served is not the part with this digest, so the source is asked no more',
  },
  SNAPSHOT_SHARD_WRONG: {
    blame: 'layer',
    retry: 'later',
    text: 'the parts that a source named do not lead to the root of their shard, so the source is asked no more',
  },
  HISTORY_UNKNOWN: {
    blame: 'sender',
    retry: 'changed',
    text: 'this node joined by a snapshot and does not have what was before it: ask a node that does',
  },
  SNAPSHOT_MANIFEST_INVALID: {
    blame: 'layer',
    retry: 'later',
    text: 'what a source served is no description of a snapshot, so the source is passed over',
  },
  HEADER_UNSIGNED: { blame: 'sender', retry: 'never', text: 'the key of its block did not sign this header' },
  HEADERS_FULL: {
    blame: 'operator',
    retry: 'later',
    text: 'as many signed headers are kept from this source as may be: raise the bound',
  },
  READ_SIZE: { blame: 'sender', retry: 'changed', text: 'the answer would be too long: ask for fewer conversations' },
  OVERLOADED: { blame: 'operator', retry: 'later', text: 'too many requests wait' },
  OPTION_OUT_OF_RANGE: { blame: 'operator', retry: 'changed', text: 'an option is outside its bounds' },
}

export class NodeError extends CodedError<NodeFault> {
  constructor(fault: NodeFault, options?: ErrorOptions) {
    super(fault, nodeFaults, options)
  }
}

/** There is no verified state to read from yet. */
export function notReady(state: string): RequestError {
  return new RequestError({ code: 'NOT_READY', because: `the node is in state ${state}`, retryAfterMs: 1_000 })
}
