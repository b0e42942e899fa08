import type { VerifierChoice } from '../api.ts'
import { ExecutionError } from '../faults.ts'
import type { NativeVerifier } from './native-verifier.ts'
import { createPortableVerifier } from './portable.ts'
import { createSystemVerifier } from './system.ts'
import { findSystemLibrary } from './system-library.ts'

/**
 * Loads a verifier; its name says which.
 * @throws {ExecutionError} `VERIFIER_UNAVAILABLE` when the system's library is asked for and not found.
 */
export function chooseVerifier(choice: VerifierChoice): NativeVerifier {
  if (choice === 'portable') return createPortableVerifier()
  const library = findSystemLibrary()
  if (!('reason' in library)) return createSystemVerifier(library)
  if (choice === 'auto') return createPortableVerifier()
  throw new ExecutionError({ code: 'VERIFIER_UNAVAILABLE', verifier: choice, reason: library.reason })
}
