import type { VerifierChoice } from '../api.ts'
import { ExecutionError } from '../faults.ts'
import type { NativeVerifier } from './native-verifier.ts'
import { createPortableVerifier } from './portable.ts'

/**
 * Loads a verifier.
 * @throws {ExecutionError} `VERIFIER_UNAVAILABLE` when the system's library is asked for and not found.
 */
export function chooseVerifier(choice: VerifierChoice): NativeVerifier {
  if (choice === 'system')
    throw new ExecutionError({ code: 'VERIFIER_UNAVAILABLE', verifier: 'system', reason: 'not built in' })
  return createPortableVerifier()
}
