import { CodecError, type CodecFault, codecVersion, decodeBatchColumns } from '@parley/protocol'
import { DaNodeError } from '../faults.ts'

/** @throws {DaNodeError} `PART_MALFORMED` for bytes that are not what a member keeps. */
export type CheckForm = (bytes: Uint8Array) => void

const signatureBytes = 64

/**
 * A core or a witness as the codec writes them, nothing else: a member is no disk for anything. Whether they fit the roots of a
 * claim no member can say.
 * @see docs/spec/da.md
 */
export const checkPartForm: CheckForm = (bytes) => {
  if (bytes[0] === codecVersion && bytes.length % signatureBytes === 1) return
  const core = coreFault(bytes)
  if (core === undefined) return
  const witness = `is not version ${codecVersion} and a multiple of ${signatureBytes} bytes`
  throw new DaNodeError({ code: 'PART_MALFORMED', core, witness })
}

function coreFault(bytes: Uint8Array): CodecFault | undefined {
  try {
    decodeBatchColumns(bytes)
    return undefined
  } catch (error) {
    if (error instanceof CodecError) return error.fault
    throw error
  }
}
