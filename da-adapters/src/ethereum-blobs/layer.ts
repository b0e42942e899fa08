/** The layer's name in faults, logs and metrics. */
export const blobsLayer = 'ethereum-blobs'

/** Bytes of one blob on the network: 4,096 field elements of 32 bytes. */
export const bytesPerBlob = 131_072

/** Blob gas of one blob. */
export const gasPerBlob = 131_072n

/** Blobs that one transaction may carry since Fusaka (EIP-7594). */
export const maxBlobsPerTransaction = 6
