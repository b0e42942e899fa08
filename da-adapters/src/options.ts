// What commands tell of layers without loading them.
export { maxBlobsPerTransaction } from './ethereum-blobs/layer.ts'
export { usableBytesPerBlob } from './ethereum-blobs/packing.ts'

/** Bytes of a part at most, when nobody says what the alt-DA server takes. */
export const defaultAltDaMaxBytes = 4 * 1024 * 1024
