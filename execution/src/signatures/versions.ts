import { createRequire } from 'node:module'
import type { VerifierChoice } from '../api.ts'
import { chooseVerifier } from './choose.ts'

/** Libraries that figures hang on. */
export interface VerifierVersions {
  /** Version of npm's `secp256k1`, which every comparison is with. */
  readonly secp256k1: string
  /** Name of the verifier that lanes use under this choice. */
  readonly verifier: string
}

/** @throws {ExecutionError} `VERIFIER_UNAVAILABLE`. */
export function verifierVersions(choice: VerifierChoice): VerifierVersions {
  const { version } = createRequire(import.meta.url)('secp256k1/package.json') as { readonly version: string }
  return { secp256k1: version, verifier: chooseVerifier(choice).name }
}
