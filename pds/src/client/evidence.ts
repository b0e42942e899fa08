import {
  bytes,
  bytesUpTo,
  count,
  list,
  object,
  pdsRouteLimits,
  RequestError,
  text,
  uint64,
  type ValueOf,
  variant,
} from '@parley/api'
import { PdsError } from '../faults.ts'
import { pdsLimits } from '../limits.ts'

const signedBytes = 2 * pdsRouteLimits.answerBytes
const pagesAtMost = 4_096

/** What a service signed. */
const signed = object({ bytes: bytesUpTo(signedBytes), signature: bytes(65) })
const block = object({ number: uint64, hash: bytes(32) })
const place = { shard: count, index: count }
const pages = list(signed, pagesAtMost, 1)
/** A scope with the service’s word that it took it. */
const taken = object({ scope: bytesUpTo(pdsLimits.scopeBytes), receipt: signed })

/** A conversation as a claim on the L2 has it: nothing else need be believed. */
const proof = object({
  claim: uint64,
  l2Block: uint64,
  stateRoot: bytes(32),
  conversation: bytesUpTo(1_048_576),
  branch: list(bytes(32), 64),
})

const kinds = {
  /** A page of invites does not lead to the head that it names. */
  inboxPage: object({ statement: signed }),
  /** The public inbox has another count or head at the block that the statement names. */
  inbox: object({ statement: signed }),
  /** The statement is as of an L2 block that was long behind another one. */
  behind: object({ statement: signed, block }),
  /** A conversation is shown under a claim that was long behind another final one. */
  claimBehind: object({ statement: signed, ...place, block, claim: uint64 }),
  /** A conversation of the scope is in none of the pages that show all. */
  omitted: object({ pages, ...place, taken }),
  /** A record is said to be another one under a claim than the claim has. */
  record: object({ statement: signed, ...place, proof }),
  /** A page of a record does not lead to the head that it names. */
  recordPage: object({ statement: signed }),
  /** The entries of a record do not lead to what was said to be final before. */
  entries: object({ statement: signed, pages, ...place }),
  /** An older checkpoint than one that was given out before, another one in its place, or one that takes back what was final. */
  checkpoint: object({ earlier: signed, statement: signed }),
  /** A content was promised for a time, and is said to be gone before. */
  content: object({ promise: signed, digest: bytes(32), denial: signed }),
  /** A content is said to be here, and the service does not give it: whoever checks asks. */
  unserved: object({ statement: signed, digest: bytes(32), url: text }),
  /** An invite was hidden by a rule that does not hide it. */
  hidden: object({ statement: signed, sequence: uint64, taken }),
} as const

const of = variant(kinds)
const codec = object({
  version: count,
  /** Address of the key that signed; its deployment. */
  key: bytes(20),
  chainId: uint64,
  inbox: bytes(20),
  of,
})

/** What shows to anybody that a service contradicts itself or the chain. */
export type Evidence = ValueOf<typeof codec>
export type Contradiction = Evidence['of']
export type ContradictionKind = Contradiction['kind']

export const evidenceVersion = 1

/** Evidence as JSON, to be handed on. */
export const encodeEvidence = (evidence: Evidence): string => JSON.stringify(codec.encode(evidence))

/** The inverse of {@link encodeEvidence}. @throws {PdsError} `STATEMENT_INVALID`. */
export function decodeEvidence(json: string): Evidence {
  let evidence: Evidence
  try {
    evidence = codec.decode(JSON.parse(json), 'evidence')
  } catch (cause) {
    const fault = cause instanceof RequestError ? cause.fault : undefined
    const isField = fault?.code === 'FIELD_INVALID'
    const field = isField ? fault.field : 'evidence'
    throw new PdsError({ code: 'STATEMENT_INVALID', field, expected: isField ? fault.expected : 'JSON' }, { cause })
  }
  if (evidence.version !== evidenceVersion)
    throw new PdsError({ code: 'STATEMENT_INVALID', field: 'evidence.version', expected: String(evidenceVersion) })
  return evidence
}
