/** The layer's name in faults, logs and metrics. */
export const committeeLayer = 'committee'

/** How members sign: 1 is secp256k1, 64 bytes each in the compact form of EIP-2098. */
export const secp256k1Scheme = 1

/** Members of an epoch at most; each has a bit of a certificate's mask. */
export const maxMembers = 16

/** Parts of one certificate at most: core and witness of a batch. */
export const maxParts = 2
