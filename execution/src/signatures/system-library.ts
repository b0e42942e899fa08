import { createRequire } from 'node:module'
import type * as Koffi from 'koffi'

/** The functions of libsecp256k1 that verification needs. Every pointer is to memory of a fixed size that callers check. */
export interface SystemLibrary {
  /** File the library was loaded from. */
  readonly file: string
  /** @returns 1 when 64 bytes at `input` are two scalars; writes 64 bytes. */
  readonly parseSignature: (output: Uint8Array, input: Uint8Array) => number
  /** @returns 1 when `length` bytes at `input` are a point; writes 64 bytes. */
  readonly parseKey: (output: Uint8Array, input: Uint8Array, length: number) => number
  /** Writes a parsed key as 65 bytes. */
  readonly serializeKey: (output: Uint8Array, key: Uint8Array) => number
  /** @returns 1 when the parsed signature has a low s and holds. */
  readonly verify: (signature: Uint8Array, digest: Uint8Array, key: Uint8Array) => number
}

/** Versions from 0.2.0 (2022) on; what came before carries no version number and is no faster than npm's. */
const files = ['6', '5', '2', '1'].map((version) => `libsecp256k1.so.${version}`)

const verifyContext = 257
const uncompressed = 2

function bind(koffi: typeof Koffi, file: string): SystemLibrary {
  const library = koffi.load(file)
  const context = library.func('void *secp256k1_context_create(unsigned int flags)')(verifyContext)
  const parseSignature = library.func(
    'int secp256k1_ecdsa_signature_parse_compact(const void *context, uint8_t *output, const uint8_t *input)',
  )
  const parseKey = library.func(
    'int secp256k1_ec_pubkey_parse(const void *context, uint8_t *output, const uint8_t *input, size_t length)',
  )
  const serializeKey = library.func(
    'int secp256k1_ec_pubkey_serialize(const void *context, uint8_t *output, size_t *length, const uint8_t *key, unsigned int flags)',
  )
  const verify = library.func(
    'int secp256k1_ecdsa_verify(const void *context, const uint8_t *signature, const uint8_t *digest, const uint8_t *key)',
  )
  const length = new BigUint64Array(1)
  return {
    file,
    parseSignature: (output, input) => parseSignature(context, output, input),
    parseKey: (output, input, size) => parseKey(context, output, input, size),
    serializeKey: (output, key) => {
      length[0] = 65n
      return serializeKey(context, output, length, key, uncompressed)
    },
    verify: (signature, digest, key) => verify(context, signature, digest, key),
  }
}

/**
 * Finds the system's library.
 * @param names - Files to look for, the best first.
 * @returns it, or why there is none.
 */
export function findSystemLibrary(names: readonly string[] = files): SystemLibrary | { readonly reason: string } {
  const reasons: string[] = []
  let koffi: typeof Koffi
  try {
    koffi = createRequire(import.meta.url)('koffi')
  } catch (error) {
    return { reason: `koffi cannot be loaded: ${textOf(error)}` }
  }
  for (const file of names)
    try {
      return bind(koffi, file)
    } catch (error) {
      // This version is not installed; the reason is told if none is.
      reasons.push(`${file}: ${textOf(error)}`)
    }
  return { reason: reasons.join('; ') }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
