import { type CiphersuiteImpl, type CiphersuiteName, getCiphersuiteFromName, getCiphersuiteImpl } from 'ts-mls'

/**
 * How a group encrypts, chosen at its founding: suite 1 of RFC 9420, or X-Wing (X25519 with ML-KEM-768), whose id 83 is private to
 * the library until the numbers are final.
 */
export type SuiteName = 'x25519' | 'x-wing'

const names: Readonly<Record<SuiteName, CiphersuiteName>> = {
  x25519: 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519',
  'x-wing': 'MLS_256_XWING_AES256GCM_SHA512_Ed25519',
}

/** A suite ready for use. */
export type Suite = CiphersuiteImpl

/** All suites that leaves may list. */
export const suiteIds: readonly CiphersuiteName[] = Object.values(names)

export function loadSuite(name: SuiteName): Promise<Suite> {
  return getCiphersuiteImpl(getCiphersuiteFromName(names[name]))
}
