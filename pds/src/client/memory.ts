import {
  bytes,
  bytesUpTo,
  count,
  list,
  object,
  optional,
  pdsRouteLimits,
  RequestError,
  uint64,
  type ValueOf,
} from '@parley/api'
import { PdsError } from '../faults.ts'
import { pdsLimits } from '../limits.ts'

/** Promises that are remembered from one audit to the next. */
export const promisesAtMost = 32

const signed = object({ bytes: bytesUpTo(2 * pdsRouteLimits.answerBytes), signature: bytes(65) })

const codec = object({
  version: count,
  /** The scope that was given, with the service’s word that it took it. */
  taken: optional(object({ scope: bytesUpTo(pdsLimits.scopeBytes), receipt: signed })),
  /** The newest checkpoint that was given out. */
  checkpoint: optional(signed),
  /** An L2 block that was seen, and the newest final claim as of it. */
  seen: optional(object({ number: uint64, hash: bytes(32), timestamp: uint64, claim: uint64 })),
  /** Contents that were promised. */
  promises: list(object({ digest: bytes(32), promise: signed }), promisesAtMost),
})

/** What a device remembers of a service between audits: without it nothing can be shown that was said before. */
export type AuditMemory = Omit<ValueOf<typeof codec>, 'version'>

export const newAuditMemory: AuditMemory = {
  taken: undefined,
  checkpoint: undefined,
  seen: undefined,
  promises: [],
}

const version = 1

export const encodeAuditMemory = (memory: AuditMemory): string => JSON.stringify(codec.encode({ version, ...memory }))

/** The inverse of {@link encodeAuditMemory}. @throws {PdsError} `STATEMENT_INVALID`. */
export function decodeAuditMemory(json: string): AuditMemory {
  try {
    const { version: received, ...memory } = codec.decode(JSON.parse(json), 'memory')
    if (received === version) return memory
  } catch (cause) {
    const isField = cause instanceof RequestError && cause.fault.code === 'FIELD_INVALID'
    if (!isField && !(cause instanceof SyntaxError)) throw cause
  }
  throw new PdsError({ code: 'STATEMENT_INVALID', field: 'memory', expected: `a memory of version ${version}` })
}
