import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import secp256k1 from 'secp256k1'

/** Verifies 64, 32 and 33 or 65 bytes. */
export type PortableVerify = (signature: Uint8Array, digest: Uint8Array, key: Uint8Array) => boolean

/** The compiled part of npm's `secp256k1`, as much of it as is used. */
interface Addon {
  /** @returns 0 when the signature holds. @throws when a length is wrong. */
  ecdsaVerify(signature: Uint8Array, digest: Uint8Array, key: Uint8Array): number
}

function verifyThroughPackage(signature: Uint8Array, digest: Uint8Array, key: Uint8Array): boolean {
  try {
    return secp256k1.ecdsaVerify(signature, digest, key)
  } catch {
    // It throws on scalars out of range, points off the curve and wrong lengths: all mean invalid.
    return false
  }
}

/** @returns undefined where the package has nothing compiled for this machine and calculates in JavaScript. */
function loadAddon(): Addon | undefined {
  const manifest = createRequire(import.meta.url).resolve('secp256k1/package.json')
  try {
    const { Secp256k1 } = createRequire(manifest)('node-gyp-build')(dirname(manifest)) as { Secp256k1: new () => Addon }
    return new Secp256k1()
  } catch {
    // The package falls back in the same way; its own function says all there is to say.
    return undefined
  }
}

/**
 * Finds the fastest way into npm's `secp256k1`. Its JavaScript words three error messages for every call before it looks
 * whether there is an error; the compiled part, which checks lengths itself, is called past it.
 */
export function portableVerify(): PortableVerify {
  const addon = loadAddon()
  if (addon === undefined) return verifyThroughPackage
  return (signature, digest, key) => {
    try {
      return addon.ecdsaVerify(signature, digest, key) === 0
    } catch {
      // It throws on wrong lengths only.
      return false
    }
  }
}
